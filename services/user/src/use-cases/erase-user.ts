import type { Handler, PersonalData, Tx } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/ids'
import { userDeleted } from '@stoa/contracts/user/events'
import type { UserService } from '@stoa/contracts/user/service'
import type { Deps } from '../deps.ts'
import { deleteAddressesOf, listAddresses } from '../store/addresses.ts'
import { listEntries } from '../store/loyalty.ts'
import { clearGuard, eraseAttempts, listAttempts } from '../store/sign-ins.ts'
import { deleteUnlocks } from '../store/unlocks.ts'
import { eraseUser, findUser, lockUser } from '../store/users.ts'
import { emailHashOf } from './check-password.ts'

/** Anonymises an account and tells it; auth ends its sessions when it hears of it, as each service forgets what it keeps. */
async function erase(tx: Tx<UserService>, userId: UserId, email: string, at: Temporal.Instant): Promise<void> {
  await clearGuard(tx, emailHashOf(email))
  await deleteAddressesOf(tx, userId)
  await deleteUnlocks(tx, userId)
  await eraseAttempts(tx, userId)
  await eraseUser(tx, userId, at)
  await tx.publish(userDeleted, userId, { userId })
}

export const deleteUser =
  ({ clock }: Deps): Handler<UserService, 'deleteUser'> =>
  async ({ params, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      const at = clock.now()
      const user = await lockUser(tx, params.id, at)
      if (user === undefined) return refuse('user.not_found', `There is no account ${params.id}.`)
      if (expectedVersion !== undefined && expectedVersion !== String(user.version)) {
        return refuse('request.stale', 'The account has changed since it was read.')
      }
      await erase(tx, user.id, user.email, at)
      return { status: 204 }
    })

const all = 10_000

/** What user keeps on a person. */
export const personalData = ({ clock }: Deps): PersonalData<UserService> => ({
  export: async (subject, db) => {
    const [account, addresses, signIns, loyalty] = await Promise.all([
      findUser(db, subject, clock.now()),
      listAddresses(db, subject, { limit: all }),
      listAttempts(db, subject, { limit: all }),
      listEntries(db, subject),
    ])
    return { account, addresses, signIns, loyalty }
  },
  erase: async (tx, subject) => {
    const at = clock.now()
    const user = await lockUser(tx, subject, at)
    if (user !== undefined) await erase(tx, user.id, user.email, at)
  },
})
