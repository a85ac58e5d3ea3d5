import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/ids'
import { fragment, type Fragment } from '@stoa/postgres'

/** What a sign-in needs of an account. */
export interface Credentials {
  readonly id: UserId
  readonly email: string
  /** Undefined for a guest, who can't sign in. */
  readonly passwordHash: string | undefined
  readonly roles: readonly string[]
  readonly tier: string
}

async function find(db: ReadHandle, where: Fragment): Promise<Credentials | undefined> {
  const [row] = await db.sql<{
    id: UserId
    email: string
    password_hash: string | null
    roles: string[]
    tier: string
  }>`
    select id, email, password_hash, roles, tier from users where ${where} and deleted_at is null`
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
 * Sets a password if it is still the one that was checked, and asks that the sessions end; answers the account's version
 * then.
 */
export async function replacePassword(
  tx: WriteHandle,
  id: string,
  {
    checkedHash,
    newHash,
    at,
  }: { readonly checkedHash: string; readonly newHash: string; readonly at: Temporal.Instant },
): Promise<number | undefined> {
  const [row] = await tx.sql<{ version: number }>`
    update users
       set password_hash = ${newHash}, sessions_end_at_version = version + 1, version = version + 1, updated_at = ${at}
     where id = ${id} and password_hash = ${checkedHash}
    returning version`
  return row?.version
}

/** Keeps the same password hashed at today's cost, if it has not been changed meanwhile. */
export async function rehashPassword(tx: WriteHandle, id: string, checkedHash: string, newHash: string): Promise<void> {
  await tx.sql`update users set password_hash = ${newHash} where id = ${id} and password_hash = ${checkedHash}`
}
