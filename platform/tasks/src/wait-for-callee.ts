import { isAppError } from '@stoa/kernel'
import { json, type Database } from '@stoa/postgres'
import type { ClaimedTask, TaskError } from './store.ts'

/** Error codes of a callee that was not reached, or whose response is missing. */
const unavailable = new Set([
  'service.unavailable',
  'service.no_instance',
  'service.draining',
  'service.circuit_open',
  'service.saturated',
])

/** Age of a task from which an unavailable callee costs attempts, so that every task ends. */
const waitHours = 7 * 24

/** Whether an attempt failed because a callee is unavailable. */
export function isCalleeUnavailable(error: unknown): boolean {
  return isAppError(error) && error.kind === 'unavailable' && unavailable.has(error.code)
}

/**
 * Delays a task whose callee is unavailable, by 400 ms at first and up to a minute. The attempt does not count, except the first,
 * which marks the task as begun. Returns false if the task is older than a week: then the attempt counts.
 */
export async function waitForCallee(database: Database, task: ClaimedTask, error: TaskError): Promise<boolean> {
  const rows = await database.transaction(
    (tx) => tx.sql`
      update tasks set attempt = greatest(attempt - 1, 1), error = ${json(error)}
          || jsonb_build_object('waits', waited.times, 'begunWaiting', waited.has_begun_waiting),
        run_at = now() + least(60, 0.2 * 2 ^ least(waited.times, 20)) * (0.5 + random() / 2) * interval '1 second'
       from (select id, coalesce((error ->> 'waits')::int, 0) + 1 as times,
           attempt = 1 or coalesce((error ->> 'begunWaiting')::bool, false) as has_begun_waiting
         from tasks where id = ${task.id}) as waited
       where tasks.id = waited.id and tasks.attempt = ${task.attempt} and tasks.state = 'pending'
         and tasks.created_at > now() - ${waitHours} * interval '1 hour'
      returning 1`,
  )
  return rows.length === 1
}
