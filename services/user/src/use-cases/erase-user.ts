import type { Calls, Handler, PersonalData, Tx } from '@stoa/contract'
import { noteErased, requireVersion } from '@stoa/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import { userDeleted } from '@stoa/contracts/user/events'
import type { User } from '@stoa/contracts/user/resources'
import type { UserService } from '@stoa/contracts/user/service'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { deleteAddressesOf, listAddresses } from '../store/addresses.ts'
import { findPreferences } from '../store/preferences.ts'
import { listEntries } from '../store/loyalty.ts'
import { clearGuard, eraseAttempts, listAttempts } from '../store/sign-ins.ts'
import { deleteLinks } from '../store/links.ts'
import { deletePasskeysOf, listPasskeysOf } from '../store/passkeys.ts'
import { deleteFactorOf, describeFactor } from '../store/second-factors.ts'
import { eraseUser, findUser, lockUser } from '../store/users.ts'
import { emailHashOf } from './check-password.ts'
import { lastAdminDetail, leavesNoAdmin } from './last-admin.ts'

/** Anonymises an account and publishes it: each service then erases what it keeps on it, and auth ends its sessions. */
export async function erase(
  tx: Tx<UserService>,
  { id: userId, email, status }: User,
  at: Temporal.Instant,
): Promise<void> {
  // sign-ins are not counted against a guest, but against the account that may have the same address
  if (status !== 'guest') await clearGuard(tx, emailHashOf(email))
  await deleteAddressesOf(tx, userId)
  await deleteLinks(tx, userId)
  await deleteFactorOf(tx, userId)
  await deletePasskeysOf(tx, userId)
  await eraseAttempts(tx, userId)
  await eraseUser(tx, userId, at)
  await tx.publish(userDeleted, userId, { userId })
}

export const deleteUser =
  (deps: Deps): Handler<UserService, 'deleteUser'> =>
  async ({ params, calls, expectedVersion, begin, commit, refuse }) => {
    const erased = await begin(async (tx) => {
      await noteErased(tx, params.id)
      const at = deps.clock.now()
      const user = await lockUser(tx, params.id, at)
      if (user === undefined) return refuse('user.not_found', `The account ${params.id} does not exist.`)
      requireVersion(expectedVersion, user, 'account')
      if (await leavesNoAdmin(tx, user, [])) return refuse('user.last_admin', lastAdminDetail)
      await erase(tx, user, at)
      return { erased: true }
    })
    if (!('erased' in erased)) return erased
    await endSessionsAtOnce(deps, calls, params.id)
    return commit(async () => ({ status: 204 }))
  }

/** Ends the sessions before the response; where auth cannot be reached, it ends them when it consumes `user.deleted`. */
async function endSessionsAtOnce({ newId }: Deps, calls: Calls<UserService['calls']>, userId: UserId): Promise<void> {
  try {
    await calls.auth.endSessions({ userId, deletesApiKeys: true }, { idempotencyKey: newId() })
  } catch (error) {
    if (!isAppError(error)) throw error
  }
}

const all = 10_000

/** The personal data in the user service. */
export const personalData = ({ clock }: Deps): PersonalData<UserService> => ({
  export: async (subject, db) => {
    const [account, preferences, addresses, signIns, loyalty, secondFactor, passkeys] = await Promise.all([
      findUser(db, subject, clock.now()),
      findPreferences(db, subject),
      listAddresses(db, subject, { limit: all }),
      listAttempts(db, subject, { limit: all }),
      listEntries(db, subject),
      // without its secret, which opens the account
      describeFactor(db, subject, clock.now()),
      listPasskeysOf(db, subject, { limit: all }),
    ])
    return { account, preferences: preferences?.preferences, addresses, signIns, loyalty, secondFactor, passkeys }
  },
  erase: async (tx, subject) => {
    await noteErased(tx, subject)
    const at = clock.now()
    const user = await lockUser(tx, subject, at)
    if (user !== undefined) await erase(tx, user, at)
  },
})
