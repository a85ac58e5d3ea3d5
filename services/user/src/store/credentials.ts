import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import { fragment, type Fragment } from '@stoa/postgres'
import type { SessionsEnd } from './users.ts'

/** What a sign-in needs of an account. */
export interface Credentials {
  readonly id: UserId
  readonly email: string
  /** Undefined for a guest, who cannot sign in. */
  readonly passwordHash: string | undefined
  readonly roles: readonly string[]
  readonly tier: string
  /** The version of the account that this is read from. */
  readonly version: number
}

async function find(db: ReadHandle, where: Fragment): Promise<Credentials | undefined> {
  const [row] = await db.sql<{
    id: UserId
    email: string
    password_hash: string | null
    roles: string[]
    tier: string
    version: number
  }>`
    select id, email, password_hash, roles, tier, version from users where ${where} and deleted_at is null`
  if (row === undefined) return undefined
  const { password_hash: hash, ...rest } = row
  return { ...rest, passwordHash: hash ?? undefined }
}

/** The registered account with this e-mail address, in whatever case it is typed. */
export function findCredentials(db: ReadHandle, email: string): Promise<Credentials | undefined> {
  return find(db, fragment`kind = 'registered' and lower(email) = lower(${email})`)
}

/** The account of this id. */
export function findCredentialsById(db: ReadHandle, id: string): Promise<Credentials | undefined> {
  return find(db, fragment`id = ${id}`)
}

/**
 * Whether a sign-in that proved this version of an account still counts: the account was not erased since, and nothing ended
 * its sessions. The row stays locked, so that a change that ends them comes after this transaction.
 */
export async function lockIfCurrent(
  tx: WriteHandle,
  { id, version }: Pick<Credentials, 'id' | 'version'>,
): Promise<boolean> {
  const rows = await tx.sql`
    select 1 from users
     where id = ${id} and deleted_at is null and sessions_from_version <= ${version} for no key update`
  return rows.length === 1
}

/**
 * Sets a password if it is still the one that was checked, and asks that the sessions end; returns what is to end, with what
 * an earlier change asked for whose end is still due.
 */
export async function replacePassword(
  tx: WriteHandle,
  id: string,
  {
    checkedHash,
    newHash,
    deletesApiKeys,
    at,
  }: {
    readonly checkedHash: string
    readonly newHash: string
    readonly deletesApiKeys: boolean
    readonly at: Temporal.Instant
  },
): Promise<SessionsEnd | undefined> {
  const [row] = await tx.sql<SessionsEnd>`
    update users
       set password_hash = ${newHash}, sessions_end_at_version = version + 1, version = version + 1, updated_at = ${at},
           api_keys_end = api_keys_end or ${deletesApiKeys}
     where id = ${id} and password_hash = ${checkedHash}
    returning version, api_keys_end as "deletesApiKeys"`
  return row
}

/** Sets a password without the one before, and asks that the sessions end; returns what is to end, as `replacePassword`. */
export async function setPassword(
  tx: WriteHandle,
  id: string,
  change: { readonly newHash: string; readonly deletesApiKeys: boolean; readonly at: Temporal.Instant },
): Promise<SessionsEnd> {
  const [row] = await tx.sql<SessionsEnd>`
    update users
       set password_hash = ${change.newHash}, sessions_end_at_version = version + 1, version = version + 1,
           updated_at = ${change.at}, api_keys_end = api_keys_end or ${change.deletesApiKeys}
     where id = ${id}
    returning version, api_keys_end as "deletesApiKeys"`
  if (row === undefined) throw new Error('an update of a locked row returned no row')
  return row
}

/** Keeps the same password hashed at today's cost, if it has not been changed meanwhile. */
export async function rehashPassword(tx: WriteHandle, id: string, checkedHash: string, newHash: string): Promise<void> {
  await tx.sql`update users set password_hash = ${newHash} where id = ${id} and password_hash = ${checkedHash}`
}
