import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { fragment } from '@stoa/postgres'
import type { Outside, Retention } from './prune.ts'

/** The time before which no log records are kept: that of the retention, or a later one if more is stored than is allowed. */
export async function findLogCutoff(
  db: ReadHandle,
  { hours, maxBytes }: Retention,
  now: Temporal.Instant,
): Promise<Temporal.Instant> {
  const byAge = now.subtract({ hours })
  const [row] = await db.sql<{ at: Temporal.Instant }>`
    select at from (select at, sum(size_bytes) over (order by at desc) as kept_bytes from log_records) as sized
     where kept_bytes > ${maxBytes} order by at desc limit 1`
  if (row === undefined || Temporal.Instant.compare(row.at, byAge) < 0) return byAge
  return row.at.add({ microseconds: 1 })
}

const portion = 5_000

/** Deletes a portion of what is outside; returns whether more may be left. Two replicas skip what the other deletes. */
export async function deleteLogPortion(tx: WriteHandle, outside: Outside): Promise<boolean> {
  const isOut = 'before' in outside ? fragment`at < ${outside.before}` : fragment`at > ${outside.after}`
  const deleted = await tx.sql`
    delete from log_records where (at, id) in (
      select at, id from log_records where ${isOut} order by at limit ${portion} for update skip locked)
    returning 1`
  return deleted.length === portion
}
