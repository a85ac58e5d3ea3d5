import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { User } from '@stoa/contracts/user/resources'
import { fragment } from '@stoa/postgres'

type Instant = Temporal.Instant
type Tier = User['tier']

interface UserRow {
  readonly id: UserId
  readonly kind: 'registered' | 'guest'
  readonly email: string
  readonly name: string
  readonly locale: string
  readonly tier: Tier
  readonly roles: readonly string[]
  readonly email_verified: boolean
  readonly is_locked: boolean
  readonly loyalty_points: number
  readonly version: number
  readonly created_at: Instant
  readonly updated_at: Instant
}

const columns = (now: Instant) => fragment`
  id, kind, email, name, locale, tier, roles, email_verified, coalesce(locked_until > ${now}, false) as is_locked,
  loyalty_points, version, created_at, updated_at`

function fromRow(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    locale: row.locale,
    status: row.is_locked ? 'locked' : row.kind === 'guest' ? 'guest' : 'active',
    tier: row.tier,
    roles: [...row.roles],
    emailVerified: row.email_verified,
    loyaltyPoints: row.loyalty_points,
    version: row.version,
    createdAt: row.created_at.toString(),
    updatedAt: row.updated_at.toString(),
  }
}

/** An account that is made. */
export interface NewUser {
  readonly id: string
  readonly kind: 'registered' | 'guest'
  readonly email: string
  readonly name: string
  readonly locale: string
  /** None for a guest. */
  readonly passwordHash: string | undefined
  readonly roles: readonly string[]
  /** Whether the address is known to be the person's own; false if omitted. */
  readonly isVerified?: boolean
}

/** Inserts a new account; returns undefined if a registered account has its e-mail address. */
export async function insertUser(tx: WriteHandle, user: NewUser, at: Instant): Promise<User | undefined> {
  const [row] = await tx.sql<UserRow>`
    insert into users (id, kind, email, name, locale, password_hash, roles, email_verified, created_at, updated_at)
    values (${user.id}, ${user.kind}, ${user.email}, ${user.name}, ${user.locale}, ${user.passwordHash ?? null}, ${user.roles},
            ${user.isVerified ?? false}, ${at}, ${at})
    on conflict (lower(email)) where kind = 'registered' and deleted_at is null do nothing
    returning ${columns(at)}`
  return row === undefined ? undefined : fromRow(row)
}

/** The account of this id, unless it was erased. */
export async function findUser(db: ReadHandle, id: string, now: Instant): Promise<User | undefined> {
  const [row] = await db.sql<UserRow>`select ${columns(now)} from users where id = ${id} and deleted_at is null`
  return row === undefined ? undefined : fromRow(row)
}

/** The account of this id with its row locked, so that two decisions on it come one after the other. */
export async function lockUser(tx: WriteHandle, id: string, now: Instant): Promise<User | undefined> {
  const [row] =
    await tx.sql<UserRow>`select ${columns(now)} from users where id = ${id} and deleted_at is null for update`
  return row === undefined ? undefined : fromRow(row)
}

/** Whether an account besides this one has a role. */
export async function hasOtherAccountWithRole(db: ReadHandle, role: string, exceptId: string): Promise<boolean> {
  const [row] = await db.sql`
    select 1 from users where roles @> ${[role]}::text[] and deleted_at is null and id <> ${exceptId} limit 1`
  return row !== undefined
}

/** What of an account can be set; what is left out stays. */
export interface UserChange {
  readonly name?: string | undefined
  readonly locale?: string | undefined
  readonly tier?: Tier | undefined
  readonly roles?: readonly string[] | undefined
  /** Whether the sessions opened before are to end. */
  readonly endsSessions?: boolean
}

/** Changes an account whose row is locked; returns the changed account. */
export async function updateUser(tx: WriteHandle, id: string, change: UserChange, at: Instant): Promise<User> {
  const [row] = await tx.sql<UserRow>`
    update users
       set name = coalesce(${change.name ?? null}, name), locale = coalesce(${change.locale ?? null}, locale),
           tier = coalesce(${change.tier ?? null}, tier), roles = coalesce(${change.roles ?? null}::text[], roles),
           sessions_end_at_version = case when ${change.endsSessions ?? false} then version + 1 else sessions_end_at_version end,
           version = version + 1, updated_at = ${at}
     where id = ${id}
    returning ${columns(at)}`
  if (row === undefined) throw new Error('an update of a locked row returned no row')
  return fromRow(row)
}

interface UserFilter {
  /** A part of name or e-mail address, of three signs at least. */
  readonly text?: string | undefined
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** Accounts that fit, newest first. */
export async function listUsers(db: ReadHandle, { text, beforeId, limit }: UserFilter, now: Instant): Promise<User[]> {
  const withText =
    text === undefined
      ? fragment``
      : fragment`and (name || ' ' || email) ilike ${`%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`}`
  const before = beforeId === undefined ? fragment`` : fragment`and id < ${beforeId}`
  const rows = await db.sql<UserRow>`
    select ${columns(now)} from users where deleted_at is null ${withText} ${before} order by id desc limit ${limit}`
  return rows.map(fromRow)
}

/** Every account there was, by id: what a read copy is built from. */
export async function listUserStates(db: ReadHandle, afterId: string | undefined, limit: number, now: Instant) {
  const after = afterId === undefined ? fragment`` : fragment`where id > ${afterId}`
  const rows = await db.sql<{ id: string; kind: string; tier: string; is_locked: boolean; is_deleted: boolean }>`
    select id, kind, tier, coalesce(locked_until > ${now}, false) as is_locked, deleted_at is not null as is_deleted
      from users ${after} order by id limit ${limit}`
  return rows.map((row) => ({
    userId: row.id,
    status: row.is_deleted ? 'deleted' : row.is_locked ? 'locked' : row.kind === 'guest' ? 'guest' : 'active',
    tier: row.tier,
  }))
}

/** Erases the personal data of an account; returns whether the account exists. */
export async function eraseUser(tx: WriteHandle, id: string, at: Instant): Promise<boolean> {
  const [row] = await tx.sql`
    update users
       set email = 'erased', name = 'erased', password_hash = null, roles = '{}', locked_until = null,
           time_zone = null, email_verified = false, version = version + 1, updated_at = ${at}, deleted_at = ${at}
     where id = ${id} and deleted_at is null
    returning id`
  return row !== undefined
}

/** Notes that mail to the address of an account reaches its owner. */
export async function markEmailVerified(tx: WriteHandle, id: string, at: Instant): Promise<void> {
  await tx.sql`
    update users set email_verified = true, version = version + 1, updated_at = ${at} where id = ${id} and not email_verified`
}

/** What is to end of an account that was changed, and the version of the change. */
export interface SessionsEnd {
  readonly version: number
  readonly deletesApiKeys: boolean
}

/** Asks that the sessions of an account end; the API keys only if an earlier change, whose end is still due, asked for it. */
export async function markSessionsToEnd(tx: WriteHandle, id: string, at: Instant): Promise<SessionsEnd> {
  const [row] = await tx.sql<SessionsEnd>`
    update users set sessions_end_at_version = version + 1, version = version + 1, updated_at = ${at}
     where id = ${id} returning version, api_keys_end as "deletesApiKeys"`
  if (row === undefined) throw new Error('an update of a locked row returned no row')
  return row
}

/** What is to end of an account, while it has not. */
export async function findSessionsEnd(db: ReadHandle, id: string): Promise<SessionsEnd | undefined> {
  const [row] = await db.sql<SessionsEnd>`
    select sessions_end_at_version as version, api_keys_end as "deletesApiKeys"
      from users where id = ${id} and sessions_end_at_version is not null`
  return row
}

/**
 * Accounts whose sessions are still to end since a change a minute ago or longer, at most `limit`. A change that lies in the future
 * was made before the clock was set back.
 */
export async function listSessionsToEnd(db: ReadHandle, now: Instant, limit: number): Promise<UserId[]> {
  const rows = await db.sql<{ id: UserId }>`
    select id from users
     where sessions_end_at_version is not null
       and (updated_at < ${now.subtract({ minutes: 1 })} or updated_at > ${now.add({ minutes: 1 })})
     order by id limit ${limit}`
  return rows.map(({ id }) => id)
}

/** Notes that the sessions were ended, unless a later change asks for it again. */
export async function noteSessionsEnded(tx: WriteHandle, id: string, version: number): Promise<void> {
  await tx.sql`
    update users set sessions_end_at_version = null, api_keys_end = false
     where id = ${id} and sessions_end_at_version = ${version}`
}
