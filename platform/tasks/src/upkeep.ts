import type { Database } from '@stoa/postgres'
import { leaseMs, longestDelayMs } from './store.ts'

const toleranceMs = 60_000

/**
 * Resets times that lie further ahead than any delay, which happens when the clock of the database is set back; a delayed task
 * keeps its delay. Returns the number of tasks.
 */
export async function resetFutureTimes(database: Database): Promise<number> {
  const latestMs = longestDelayMs + leaseMs + toleranceMs
  const rows = await database.transaction(
    ({ sql }) => sql`
      update tasks set created_at = least(created_at, now()),
        run_at = now() + case when attempt = 0 then greatest(run_at - created_at, interval '0')
          else ${leaseMs}::float8 * interval '1 millisecond' end,
        next_run_at = next_run_at - (run_at - now())
       where state = 'pending' and case when attempt = 0 then created_at > now() + ${toleranceMs}::float8 * interval '1 millisecond'
         else run_at > now() + ${latestMs}::float8 * interval '1 millisecond' end
      returning 1`,
  )
  return rows.length
}

/** Removes tasks that failed before the retention, at most 1,000 at a time; returns their number. */
export async function removeOldFailed(database: Database, retentionMs: number): Promise<number> {
  const rows = await database.transaction(
    ({ sql }) => sql`
      delete from tasks where id = any(array(
        select id from tasks
        where state = 'failed' and run_at < now() - ${retentionMs}::float8 * interval '1 millisecond' limit 1000
      )) returning 1`,
  )
  return rows.length
}
