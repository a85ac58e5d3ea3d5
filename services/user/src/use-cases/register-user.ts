import type { Handler, Tx } from '@stoa/contract'
import type { User } from '@stoa/contracts/user/resources'
import { userCreated } from '@stoa/contracts/user/events'
import type { UserService } from '@stoa/contracts/user/service'
import type { Deps } from '../deps.ts'
import { isWeakPassword } from '../domain/password-rules.ts'
import { insertUser, type NewUser } from '../store/users.ts'
import { openSession } from './open-session.ts'

const defaultLocale = 'en'

/** Writes an account and tells it; answers undefined when its e-mail address has one. */
async function createUser(tx: Tx<UserService>, user: NewUser, at: Temporal.Instant): Promise<User | undefined> {
  const created = await insertUser(tx, user, at)
  if (created === undefined) return undefined
  const { id: userId, tier, locale } = created
  await tx.publish(userCreated, userId, { userId, kind: user.kind, tier, locale })
  return created
}

export const registerUser =
  ({ clock, newId, passwords }: Deps): Handler<UserService, 'registerUser'> =>
  async ({ body, commit, refuse }) => {
    const { email, password, name, locale = defaultLocale } = body
    if (isWeakPassword(password, email)) {
      const fields = [{ pointer: '/password', detail: 'is among the first that would be guessed' }]
      return refuse('user.password_weak', 'The password would be among the first guesses.', { fields })
    }
    const passwordHash = await passwords.hashPassword(password)
    const user: NewUser = { id: newId(), kind: 'registered', email, name, locale, passwordHash, roles: ['customer'] }
    return commit(async (tx) => {
      const created = await createUser(tx, user, clock.now())
      if (created === undefined) return refuse('user.email_taken', 'There is an account with this e-mail address.')
      const headers = { location: `/api/v1/users/${created.id}` }
      return { status: 201, body: created, version: created.version, headers }
    })
  }

/** A guest is an account without a password: each is a new one, and ends with its session. */
export const createGuest =
  (deps: Deps): Handler<UserService, 'createGuest'> =>
  async ({ body, calls, commit }) => {
    const { email, locale = defaultLocale } = body
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
    const tokens = await openSession(deps, calls, { ...guest, tier: 'free', methods: ['guest'] })
    return commit(async (tx) => {
      const user = await createUser(tx, guest, deps.clock.now())
      if (user === undefined) throw new Error('a guest was taken for a registered account')
      return { status: 201, body: { user, ...tokens } }
    })
  }
