import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { json, type Database } from '@stoa/postgres'
import { refusalOf } from '../refusals.ts'

/** The scope of a key: one operation of one subject, with one path and body. */
export interface KeyScope {
  readonly operation: string
  readonly subject: string
  readonly key: string
  readonly fingerprint: Buffer
  readonly lockName: string
}

/** A response that is stored because no read can reproduce it. */
export interface KeptAnswer {
  readonly body?: unknown
  readonly headers?: { readonly [name: string]: string }
  readonly version?: number | string
}

/** The record of a key: a completed effect, or one in progress. */
export type KeyRecord =
  | {
      readonly kind: 'ended'
      readonly status: number
      readonly resourceId: string | undefined
      readonly answer: KeptAnswer | undefined
    }
  | { readonly kind: 'begun'; readonly begun: unknown }

/** The record of a completed effect. */
export interface EndedEffect {
  readonly status: number
  readonly resourceId?: string | undefined
  readonly answer?: KeptAnswer | undefined
}

interface Row {
  readonly fingerprint: Buffer
  readonly status: number | null
  readonly resource_id: string | null
  readonly answer: KeptAnswer | null
  readonly begun: { readonly value?: unknown } | null
}

/** Returns the record of a key. @throws AppError 422 `idempotency.key_reused` if it belongs to a different request */
export async function findRecord({ sql }: ReadHandle, scope: KeyScope): Promise<KeyRecord | undefined> {
  const [row] = await sql<Row>`
    select fingerprint, status, resource_id, answer, begun from public.idempotency_records
    where operation = ${scope.operation} and subject = ${scope.subject} and key = ${scope.key}`
  return row && recordOf(row, scope)
}

/**
 * Locks a key until the transaction ends, and returns its record as of then; undefined if another transaction has the lock.
 * @throws AppError 422 `idempotency.key_reused` if it belongs to a different request
 */
export async function lockRecord(
  { sql }: WriteHandle,
  scope: KeyScope,
): Promise<{ readonly record: KeyRecord | undefined } | undefined> {
  const [row] = await sql<Row & { readonly is_found: boolean }>`
    select is_found, fingerprint, status, resource_id, answer, begun
      from public.lock_idempotency_record(${scope.lockName}, ${scope.operation}, ${scope.subject}, ${scope.key})`
  return row && { record: row.is_found ? recordOf(row, scope) : undefined }
}

function recordOf(row: Row, scope: KeyScope): KeyRecord {
  if (!scope.fingerprint.equals(row.fingerprint)) {
    throw refusalOf(
      'idempotency.key_reused',
      'This Idempotency-Key was used for a request with a different path or body.',
    )
  }
  if (row.status === null) return { kind: 'begun', begun: row.begun?.value }
  return {
    kind: 'ended',
    status: row.status,
    resourceId: row.resource_id ?? undefined,
    answer: row.answer ?? undefined,
  }
}

/** Records that an effect has started, with the data that a repeated request needs to continue. */
export async function insertBegun(tx: WriteHandle, scope: KeyScope, begun: unknown): Promise<void> {
  await tx.sql`
    insert into public.idempotency_records (operation, subject, key, fingerprint, begun)
    values (${scope.operation}, ${scope.subject}, ${scope.key}, ${scope.fingerprint}, ${json({ value: begun })})`
}

/** Notes that an effect has ended. */
export async function saveEnded(tx: WriteHandle, scope: KeyScope, effect: EndedEffect): Promise<void> {
  await tx.sql`
    insert into public.idempotency_records (operation, subject, key, fingerprint, status, resource_id, answer)
    values (${scope.operation}, ${scope.subject}, ${scope.key}, ${scope.fingerprint}, ${effect.status},
      ${effect.resourceId}, ${json(effect.answer)})
    on conflict (operation, subject, key)
    do update set status = excluded.status, resource_id = excluded.resource_id, answer = excluded.answer`
}

const keptHours = 24
const purgeBatch = 5_000

/** Deletes the keys of clients that are older than 24 hours, and returns their number. One replica should run it regularly. */
export async function purgeIdempotencyRecords(database: Database): Promise<number> {
  for (let purged = 0; ;) {
    const rows = await database.transaction(
      ({ sql }) => sql`
        delete from public.idempotency_records where ctid = any(array(
          select ctid from public.idempotency_records where created_at < now() - make_interval(hours => ${keptHours})
          limit ${purgeBatch} for update skip locked))
        returning 1 as one`,
    )
    purged += rows.length
    if (rows.length < purgeBatch) return purged
  }
}
