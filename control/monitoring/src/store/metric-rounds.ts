import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { decodeRound, encodeRound } from '../series/make-round.ts'
import type { Round } from '../series/series-store.ts'

/** A stored round, with its place in the order of all. */
export interface StoredRound {
  readonly id: number
  readonly round: Round
}

interface RoundRow {
  readonly id: string
  readonly at: Temporal.Instant
  readonly is_complete: boolean
  readonly body: string
}

/** Reads the rounds after one, the oldest first, at most `limit`. Without one, the first is the oldest complete round since a time. */
export async function readRounds(
  db: ReadHandle,
  {
    after,
    since,
    limit,
  }: { readonly after: number | undefined; readonly since: Temporal.Instant; readonly limit: number },
): Promise<StoredRound[]> {
  const rows =
    after === undefined
      ? await db.sql<RoundRow>`
          select id, at, is_complete, body from metric_rounds
           where id >= (select min(id) from metric_rounds where is_complete and at >= ${since}) order by id limit ${limit}`
      : await db.sql<RoundRow>`
          select id, at, is_complete, body from metric_rounds where id > ${after}::bigint order by id limit ${limit}`
  return rows.map(({ id, at, is_complete: isComplete, body }) => ({
    id: Number(id),
    round: decodeRound(body, { atMs: at.epochMilliseconds, isComplete }),
  }))
}

/** Stores a round, and returns its id. */
export async function insertRound(tx: WriteHandle, round: Round): Promise<number> {
  const body = encodeRound(round)
  const at = Temporal.Instant.fromEpochMilliseconds(round.atMs)
  const [row] = await tx.sql<{ id: string }>`
    insert into metric_rounds (at, is_complete, size_bytes, body)
    values (${at}, ${round.isComplete}, ${body.length}::integer, ${body}) returning id`
  if (row === undefined) throw new Error('an insert returned no row')
  return Number(row.id)
}

/** Deletes rounds before a time, and of those that are more than `maxBytes` the oldest. */
export async function deleteOldRounds(tx: WriteHandle, before: Temporal.Instant, maxBytes: number): Promise<void> {
  await tx.sql`
    delete from metric_rounds where id in (
      select id from (select id, at, sum(size_bytes) over (order by id desc) as newer_bytes from metric_rounds) as sized
       where at < ${before} or newer_bytes > ${maxBytes}::bigint)`
}

/** Deletes rounds at or after a time, which a clock that has been set back left in the future; returns their number. */
export async function deleteRoundsFrom(tx: WriteHandle, from: Temporal.Instant): Promise<number> {
  const rows = await tx.sql`delete from metric_rounds where at >= ${from} returning 1`
  return rows.length
}
