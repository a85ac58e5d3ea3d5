import type { Database } from '@stoa/postgres'
import type { TaskError } from './store.ts'

/** A task that has used up its attempts. */
export interface FailedTask {
  readonly id: number
  readonly name: string
  readonly key: string | null
  readonly payload: unknown
  readonly attempt: number
  readonly error: TaskError
}

/** What operators do with failed tasks. */
export interface FailedTasks {
  readonly list: (limit: number) => Promise<FailedTask[]>
  /** Runs it again from its first attempt; false when there is no such failed task, or one of its key is pending. */
  readonly retry: (id: number) => Promise<boolean>
  /** Runs all of them again, the newest of each key; answers how many. */
  readonly retryAll: () => Promise<number>
  /** Forgets it; false when there is no such failed task. */
  readonly discard: (id: number) => Promise<boolean>
}

/** The failed tasks of a service. */
export function failedTasks(database: Database): FailedTasks {
  return {
    list: (limit) => database.read.sql<FailedTask>`
      select id, name, key, payload, attempt, error from tasks where state = 'failed' order by id desc limit ${limit}`,
    retry: async (id) => (await retry(database, id)) > 0,
    retryAll: () => retry(database, null),
    async discard(id) {
      const rows = await database.transaction(
        (tx) => tx.sql`delete from tasks where id = ${id} and state = 'failed' returning 1`,
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
