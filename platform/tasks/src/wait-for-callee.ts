import { isAppError } from '@stoa/kernel'
import { json, type Database } from '@stoa/postgres'
import type { ClaimedTask, TaskError } from './store.ts'

/** Codes of an AppError for a callee that could not be asked, or that did not say what became of it. */
const unavailable = new Set([
  'service.unavailable',
  'service.no_instance',
  'service.draining',
  'service.circuit_open',
  'service.saturated',
])

/** How long an unavailable callee uses up no attempts: a task that nothing else stops is put aside in the end. */
const waitHours = 7 * 24

/** Whether an attempt failed because its callee is unavailable, which is not the task's fault. */
export function isCalleeUnavailable(error: unknown): boolean {
  return isAppError(error) && error.kind === 'unavailable' && unavailable.has(error.code)
}

/**
 * Lets a task wait for its callee, from 400 ms to a minute; the attempt does not count, but for the first, which tells a task
 * that was begun. False when the task is older than a week: then the attempt counts.
 */
export async function waitForCallee(database: Database, task: ClaimedTask, error: TaskError): Promise<boolean> {
  const rows = await database.transaction(
    (tx) => tx.sql`
      update tasks set attempt = greatest(attempt - 1, 1), error = ${json(error)} || jsonb_build_object('waits', waited.times),
        run_at = now() + least(60, 0.2 * 2 ^ least(waited.times, 20)) * (0.5 + random() / 2) * interval '1 second'
       from (select id, coalesce((error ->> 'waits')::int, 0) + 1 as times from tasks where id = ${task.id}) as waited
       where tasks.id = waited.id and tasks.attempt = ${task.attempt} and tasks.state = 'pending'
         and tasks.created_at > now() - ${waitHours} * interval '1 hour'
      returning 1`,
  )
  return rows.length === 1
}
