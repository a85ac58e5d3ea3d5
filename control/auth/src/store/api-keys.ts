import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { fragment } from '@stoa/postgres'
import type { After } from './sessions.ts'

/** An API key as it is kept: what it opens, not the key. */
export interface ApiKeyRow {
  readonly id: string
  readonly userId: string
  readonly name: string
  readonly prefix: string
  readonly scopes: readonly string[]
  readonly createdAt: Temporal.Instant
  readonly expiresAt: Temporal.Instant
  readonly lastUsedAt: Temporal.Instant | null
  /** How often the tokens of the key were ended. */
  readonly generation: number
}

const columns = fragment`
  id, user_id as "userId", name, prefix, scopes, created_at as "createdAt", expires_at as "expiresAt",
  last_used_at as "lastUsedAt", generation`

export async function insertApiKey(
  tx: WriteHandle,
  key: Omit<ApiKeyRow, 'lastUsedAt' | 'generation'> & { readonly fingerprint: string },
): Promise<void> {
  await tx.sql`
    insert into api_key (id, user_id, name, prefix, fingerprint, scopes, created_at, expires_at)
    values (${key.id}, ${key.userId}, ${key.name}, ${key.prefix}, ${key.fingerprint}, ${[...key.scopes]},
      ${key.createdAt}, ${key.expiresAt})`
}

export async function findApiKey(db: ReadHandle, id: string, now: Temporal.Instant): Promise<ApiKeyRow | undefined> {
  const [row] = await db.sql<ApiKeyRow>`select ${columns} from api_key where id = ${id} and expires_at > ${now}`
  return row
}

/**
 * The live key of a fingerprint, noted as used: at most once a minute, so that a busy key does not rewrite its row, and
 * always for the first token of a generation.
 */
export async function useApiKey(
  tx: WriteHandle,
  fingerprint: string,
  now: Temporal.Instant,
): Promise<ApiKeyRow | undefined> {
  const [row] = await tx.sql<ApiKeyRow>`
    with used as (
      update api_key set last_used_at = ${now}, unused_generation = null where fingerprint = ${fingerprint} and expires_at > ${now}
        and (last_used_at is null or last_used_at < ${now.subtract({ minutes: 1 })} or unused_generation is not null))
    select ${columns} from api_key where fingerprint = ${fingerprint} and expires_at > ${now}`
  return row
}

export async function listApiKeysOf(
  db: ReadHandle,
  wanted: {
    readonly userId: string | undefined
    readonly now: Temporal.Instant
    readonly after: After | undefined
    readonly limit: number
  },
): Promise<ApiKeyRow[]> {
  const { userId, now, after, limit } = wanted
  return db.sql<ApiKeyRow>`
    select ${columns} from api_key where expires_at > ${now}
      ${userId === undefined ? fragment`` : fragment`and user_id = ${userId}`}
      ${after === undefined ? fragment`` : fragment`and (created_at, id) < (${after.createdAt}, ${after.id}::uuid)`}
    order by created_at desc, id desc limit ${limit}`
}

/** How many live keys an account has; later ones wait until this transaction has ended. */
export async function countApiKeysLocked(tx: WriteHandle, userId: string, now: Temporal.Instant): Promise<number> {
  await tx.sql`select pg_advisory_xact_lock(hashtextextended(${`api-keys ${userId}`}, 0))`
  const [row] = await tx.sql<{ count: number }>`
    select count(*)::int as count from api_key where user_id = ${userId} and expires_at > ${now}`
  return row?.count ?? 0
}

export async function shortenApiKey(tx: WriteHandle, id: string, expiresAt: Temporal.Instant): Promise<void> {
  await tx.sql`update api_key set expires_at = least(expires_at, ${expiresAt}) where id = ${id}`
}

export async function removeApiKey(tx: WriteHandle, id: string): Promise<boolean> {
  return (await tx.sql`delete from api_key where id = ${id} returning 1`).length === 1
}

/** An API key at one generation. */
export type ApiKeyTokens = Pick<ApiKeyRow, 'id' | 'generation'>

export function removeApiKeysOf(tx: WriteHandle, userId: string): Promise<ApiKeyTokens[]> {
  return tx.sql<ApiKeyTokens>`delete from api_key where user_id = ${userId} returning id, generation`
}

/**
 * Begins a new generation of every key of an account that tokens were issued for in the present one, except the key
 * `exceptId`; returns the generations that ended. A key that is not used has no tokens to end, so that ending sessions
 * again and again fills no list of ended sessions.
 */
export function endApiKeyGenerations(
  tx: WriteHandle,
  userId: string,
  exceptId: string | undefined,
): Promise<ApiKeyTokens[]> {
  return tx.sql<ApiKeyTokens>`
    update api_key set generation = generation + 1, unused_generation = generation + 1
     where user_id = ${userId} and id is distinct from ${exceptId ?? null}::uuid
       and unused_generation is distinct from generation
    returning id, generation - 1 as generation`
}

export async function purgeApiKeys(tx: WriteHandle, now: Temporal.Instant): Promise<void> {
  await tx.sql`delete from api_key where expires_at <= ${now}`
}
