import type { Handler, RpcHandler, TaskHandler, Tx } from '@stoa/contract'
import { emailVerificationRequested, passwordResetRequested } from '@stoa/contracts/user/events'
import { spellEmail } from '@stoa/contracts/shared/email-address'
import type { UserService } from '@stoa/contracts/user/service'
import { advisoryXactLock } from '@stoa/postgres'
import { fingerprint, randomSecret } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { findCredentials } from '../store/credentials.ts'
import { mayMailLink } from '../domain/link-pause.ts'
import {
  findOpenLink,
  insertLink,
  insertLinkToken,
  readRecentLinks,
  useLink,
  type LinkPurpose,
} from '../store/links.ts'
import { findUser, lockUser, markEmailVerified } from '../store/users.ts'
import { announceChange } from './announce-change.ts'
import { emailHashOf } from './check-password.ts'

/** How long a link can be used. */
const life = { verify_email: { hours: 24 }, reset_password: { minutes: 30 } } as const

/**
 * Makes a link and has it mailed by a task, unless the address has got one less than a minute ago, or three in a day of which
 * the last is still valid: anyone can ask for the address of another. It is the same work with and without an account, so
 * that neither the response nor its time tells whether there is one.
 */
export async function mailLink(
  { clock, newId }: Deps,
  tx: Tx<UserService>,
  purpose: Exclude<LinkPurpose, 'unlock'>,
  to: { readonly email: string; readonly userId: string | undefined },
): Promise<void> {
  const emailHash = emailHashOf(to.email)
  const now = clock.now()
  await advisoryXactLock(tx, `link/${purpose}/${emailHash}`)
  if (!mayMailLink(await readRecentLinks(tx, { purpose, emailHash }, now), now)) return
  const id = newId()
  await insertLink(tx, { id, purpose, userId: to.userId, emailHash, expiresAt: now.add(life[purpose]) }, now)
  await tx.enqueue('announce-link', { linkId: id })
}

/** Publishes that a link is to be mailed, if it is for an account. */
export const announceLink =
  ({ clock }: Deps): TaskHandler<UserService, 'announce-link'> =>
  async ({ payload: { linkId }, db, commit }) => {
    const link = await findOpenLink(db, linkId, clock.now())
    if (link === undefined) return
    const { userId } = link
    await commit(async (tx) => {
      if (link.purpose === 'reset_password') await tx.publish(passwordResetRequested, userId, { userId, linkId })
      else await tx.publish(emailVerificationRequested, userId, { userId, linkId })
    })
  }

/** The token of a link; only its hash is kept, so a repeat gets another one for the same link. */
export const issueLinkToken =
  ({ clock }: Deps): RpcHandler<UserService, 'issueLinkToken'> =>
  async ({ input, commit, refuse }) => {
    const token = randomSecret()
    return commit(async (tx) => {
      const isOpen = await insertLinkToken(tx, input.linkId, fingerprint(token), clock.now())
      return isOpen ? { token } : refuse('user.token_invalid', 'the link has expired or was used')
    })
  }

/** Has a link mailed that resets the password; the response is the same whether the address has an account or not. */
export const forgotPassword =
  (deps: Deps): Handler<UserService, 'forgotPassword'> =>
  async ({ body, db, commit }) => {
    const email = spellEmail(body.email)
    const account = await findCredentials(db, email)
    return commit(async (tx) => {
      await mailLink(deps, tx, 'reset_password', { email: account?.email ?? email, userId: account?.id })
      return { status: 202 }
    })
  }

/** Has a link mailed that verifies the e-mail address of an account. */
export const requestEmailVerification =
  (deps: Deps): Handler<UserService, 'requestEmailVerification'> =>
  async ({ params, db, commit, refuse }) => {
    const user = await findUser(db, params.id, deps.clock.now())
    if (user === undefined) return refuse('user.not_found', `The account ${params.id} does not exist.`)
    return commit(async (tx) => {
      if (!user.emailVerified) await mailLink(deps, tx, 'verify_email', { email: user.email, userId: user.id })
      return { status: 202 }
    })
  }

export const verifyEmail =
  ({ clock }: Deps): Handler<UserService, 'verifyEmail'> =>
  async ({ body, commit, refuse }) =>
    commit(async (tx) => {
      const now = clock.now()
      const link = await useLink(tx, fingerprint(body.token), 'verify_email', now)
      const user = link === undefined ? undefined : await lockUser(tx, link.userId, now)
      if (user === undefined || link?.emailHash !== emailHashOf(user.email)) {
        return refuse('user.token_invalid', 'The link is not valid, was used or has expired.')
      }
      await markEmailVerified(tx, user.id, now)
      await announceChange(tx, user.id, now)
      return { status: 204 }
    })
