import type { Handler, Page, ReadHandle, RpcHandler } from '@stoa/contract'
import type { User } from '@stoa/contracts/user/resources'
import type { UserService } from '@stoa/contracts/user/service'
import { readPageById } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { findPreferences } from '../store/preferences.ts'
import { listAttempts } from '../store/sign-ins.ts'
import { findUser, listUsers, listUserStates } from '../store/users.ts'

const mostStates = 1_000

export const getUser =
  ({ clock }: Deps): Handler<UserService, 'getUser'> =>
  async ({ params, db, refuse }) => {
    const user = await findUser(db, params.id, clock.now())
    if (user === undefined) return refuse('user.not_found', `The account ${params.id} does not exist.`)
    return { status: 200, body: user, version: user.version }
  }

interface Listing {
  readonly q?: string | undefined
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

function page({ clock }: Deps, db: ReadHandle, { q: text, ...cut }: Listing): Promise<Page<User>> {
  return readPageById(cut, (beforeId, limit) => listUsers(db, { text, beforeId, limit }, clock.now()))
}

export const listAllUsers =
  (deps: Deps): Handler<UserService, 'listUsers'> =>
  async ({ query, db }) => ({ status: 200, body: await page(deps, db, query) })

export const searchUsers =
  (deps: Deps): Handler<UserService, 'searchUsers'> =>
  async ({ query, db }) => ({ status: 200, body: await page(deps, db, query) })

export const listAuthentications: Handler<UserService, 'listAuthentications'> = async ({ params, query, db }) => {
  const { items, ...next } = await readPageById(query, (beforeId, limit) =>
    listAttempts(db, params.id, { beforeId, limit }),
  )
  const shown = items.map(({ at, outcome, address }) => ({ at: at.toString(), outcome, address }))
  return { status: 200, body: { items: shown, ...next } }
}

/**
 * Where a person can be reached: personal data, for a message that is made now. The name is empty until the address is
 * verified: anyone could otherwise register the address of another and choose the words of the mail to its owner.
 */
export const getContact =
  ({ clock }: Deps): RpcHandler<UserService, 'getContact'> =>
  async ({ input, db, refuse }) => {
    const user = await findUser(db, input.userId, clock.now())
    if (user === undefined) return refuse('user.not_found', `there is no account ${input.userId}`)
    const { email, name, locale, emailVerified } = user
    const { timeZone } = (await findPreferences(db, input.userId))?.preferences ?? {}
    return { email, name: emailVerified ? name : '', locale, emailVerified, timeZone }
  }

/** The account data in a token; sessions of a locked account stay valid. */
export const getClaims =
  ({ clock }: Deps): RpcHandler<UserService, 'getClaims'> =>
  async ({ input, db, refuse }) => {
    const user = await findUser(db, input.userId, clock.now())
    if (user === undefined) return refuse('user.not_found', `there is no account ${input.userId}`)
    const { id: userId, email, roles, tier, name, locale, emailVerified } = user
    const updatedAt = BigInt(Math.floor(Temporal.Instant.from(user.updatedAt).epochMilliseconds / 1_000))
    return { userId, email, roles, tier, name, locale, emailVerified, updatedAt }
  }

export const snapshotUsers =
  ({ clock }: Deps): RpcHandler<UserService, 'snapshotUsers'> =>
  async ({ input, db }) => {
    const limit = Math.min(Math.max(input.limit || mostStates, 1), mostStates)
    const after = input.afterUserId === '' ? undefined : input.afterUserId
    const users = await listUserStates(db, after, limit + 1, clock.now())
    const shown = users.slice(0, limit)
    return { users: shown, nextAfterUserId: users.length > limit ? (shown.at(-1)?.userId ?? '') : '' }
  }
