import type { Service } from '@stoa/contract'
import { newId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { enqueue } from '@stoa/tasks'
import { eventually } from './eventually.ts'

/** How an attempt at a task ended; a postponed task will be attempted again, a failed one will not. */
export type TaskOutcome =
  | { readonly status: 'completed' }
  | {
      readonly status: 'postponed' | 'failed'
      readonly error: { readonly code?: string; readonly message: string }
    }

interface TaskRow {
  readonly state: 'pending' | 'failed'
  readonly error: { readonly code?: string; readonly message: string } | null
}

/**
 * Enqueues a task and returns the outcome of its first attempt. The service runs it as any other task.
 * @throws Error when the task is not declared or its attempt does not end within 20 s, TypeError when the payload does not fit
 */
export async function runTask(
  database: Database,
  service: Service,
  name: string,
  payload: unknown,
): Promise<TaskOutcome> {
  // A key of its own, by which the row is found.
  const key = newId()
  await database.transaction((tx) => enqueue(tx, service, name, payload, { key }))
  return eventually(async () => {
    const [row] = await database.read.sql<TaskRow>`
      select state, error from tasks where name = ${name} and key = ${key}`
    if (row === undefined) return { status: 'completed' }
    if (row.error === null) throw new Error(`the task ${name} has not been attempted within 20 s`)
    return { status: row.state === 'failed' ? 'failed' : 'postponed', error: row.error }
  })
}
