import { fragment, type Database } from '@stoa/postgres'
import type { TaskError } from './store.ts'

/** A task that needs an operator: it has no attempts left, or no running release knows its name. */
export interface FailedTask {
  readonly state: 'failed' | 'waiting'
  /** Whether this release declares a task of this name; if not, a retry has no effect yet. */
  readonly isKnown: boolean
  readonly id: number
  readonly name: string
  readonly key: string | null
  readonly payload: unknown
  readonly attempt: number
  readonly error: TaskError | null
}

/** The operations on failed tasks. */
export interface FailedTasks {
  readonly list: (limit: number) => Promise<FailedTask[]>
  /** Runs it again from its first attempt; returns false if there is no such failed task, or if one of its key is pending. */
  readonly retry: (id: number) => Promise<boolean>
  /** Runs all of them again, the newest of each key; returns their number. */
  readonly retryAll: () => Promise<number>
  /** Deletes a failed task, or one that no running release knows; returns false if there is no such task. */
  readonly discard: (id: number) => Promise<boolean>
}

// Any release that knows a task claims it within a second of the time at which it is due.
const unclaimedMs = 60_000

/** The tasks of a service that need an operator; `known` are the names that this release declares. */
export function failedTasks(database: Database, known: readonly string[]): FailedTasks {
  // Overdue, without a running attempt, under a name that this release does not know.
  const isUnclaimed = fragment`(state = 'pending' and name <> all(${known}::text[])
    and run_at < now() - ${unclaimedMs}::float8 * interval '1 millisecond')`
  return {
    list: (limit) => database.read.sql<FailedTask>`
      select id, case state when 'failed' then 'failed' else 'waiting' end as state, name = any(${known}::text[]) as "isKnown",
        name, key, payload, attempt, error
      from tasks where state = 'failed' or ${isUnclaimed} order by id desc limit ${limit}`,
    retry: async (id) => (await retry(database, id)) > 0,
    retryAll: () => retry(database, null),
    async discard(id) {
      const rows = await database.transaction(
        (tx) => tx.sql`delete from tasks where id = ${id} and (state = 'failed' or ${isUnclaimed}) returning 1`,
      )
      return rows.length > 0
    },
  }
}

async function retry(database: Database, id: number | null): Promise<number> {
  const rows = await database.transaction(
    (tx) => tx.sql`
      update tasks t set state = 'pending', attempt = 0, run_at = now()
      where t.state = 'failed' and (${id}::bigint is null or t.id = ${id}::bigint)
        and (t.key is null or not exists (
          select from tasks other
          where other.name = t.name and other.key = t.key and other.id <> t.id
            and (other.state = 'pending' or (${id}::bigint is null and other.id > t.id))
        ))
      returning 1`,
  )
  return rows.length
}
