import type { Handler, Tx } from '@stoa/contract'
import { parseEmail } from '@stoa/contracts/shared/email-address'
import type { User } from '@stoa/contracts/user/resources'
import { userCreated } from '@stoa/contracts/user/events'
import type { UserService } from '@stoa/contracts/user/service'
import type { Deps } from '../deps.ts'
import { isWeakPassword } from '../domain/password-rules.ts'
import { insertUser, type NewUser } from '../store/users.ts'
import { mailLink } from './mail-links.ts'
import { openSession } from './open-session.ts'

const defaultLocale = 'en'

const unsupportedEmail = {
  code: 'user.email_unsupported',
  detail: 'The part before the @ must be ASCII without quotes, and the part after it a domain name.',
  fields: [{ pointer: '/email', detail: 'is not an address that every mail server accepts' }],
} as const

/** Inserts and publishes an account; returns undefined if its e-mail address already has one. */
async function createUser(tx: Tx<UserService>, user: NewUser, at: Temporal.Instant): Promise<User | undefined> {
  const created = await insertUser(tx, user, at)
  if (created === undefined) return undefined
  const { id: userId, tier, locale } = created
  await tx.publish(userCreated, userId, { userId, kind: user.kind, tier, locale })
  return created
}

export const registerUser =
  (deps: Deps): Handler<UserService, 'registerUser'> =>
  async ({ body, commit, refuse }) => {
    const { clock, newId, passwords } = deps
    const { password, name, locale = defaultLocale } = body
    const email = parseEmail(body.email)
    if (email === undefined) return refuse(unsupportedEmail)
    if (isWeakPassword(password, email)) {
      const fields = [{ pointer: '/password', detail: 'is easy to guess' }]
      return refuse('user.password_weak', 'The password is easy to guess.', { fields })
    }
    const passwordHash = await passwords.hashPassword(password)
    const user: NewUser = { id: newId(), kind: 'registered', email, name, locale, passwordHash, roles: ['customer'] }
    return commit(async (tx) => {
      const created = await createUser(tx, user, clock.now())
      if (created === undefined) return refuse('user.email_taken', 'An account with this e-mail address exists.')
      await mailLink(deps, tx, 'verify_email', { email, userId: created.id })
      const headers = { location: `/api/v1/users/${created.id}` }
      return { status: 201, body: created, version: created.version, headers }
    })
  }

/** A guest is an account without a password: each visit makes a new one, which ends after its retention unless it has an order. */
export const createGuest =
  (deps: Deps): Handler<UserService, 'createGuest'> =>
  async ({ body, calls, commit, refuse }) => {
    const { locale = defaultLocale } = body
    const email = parseEmail(body.email)
    if (email === undefined) return refuse(unsupportedEmail)
    const roles = ['guest']
    const guest: NewUser = {
      id: deps.newId(),
      kind: 'guest',
      email,
      name: 'Guest',
      locale,
      passwordHash: undefined,
      roles,
    }
    const tokens = await openSession(deps, calls, { ...guest, tier: 'free', methods: ['guest'], version: 1 })
    if (tokens === undefined) throw new Error('a new account was taken for one that was changed')
    return commit(async (tx) => {
      const user = await createUser(tx, guest, deps.clock.now())
      if (user === undefined) throw new Error('a guest was taken for a registered account')
      return { status: 201, body: { user, ...tokens } }
    })
  }
