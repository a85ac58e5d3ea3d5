import type { WriteHandle } from '@stoa/contract'
import { json, type Database } from '@stoa/postgres'

/** A task that this worker holds until its lease ends. */
export interface ClaimedTask {
  readonly id: number
  readonly name: string
  readonly key: string | null
  readonly payload: unknown
  readonly attempt: number
  readonly traceparent: string | null
}

/** The error of the last attempt, for people. */
export interface TaskError {
  readonly code?: string
  readonly message: string
}

/** How long a claimed task is another's business; extended while it runs. */
export const leaseMs = 30_000

/** Claims tasks that are due; also those whose worker has let its lease run out. */
export function claimTasks(database: Database, limit: number): Promise<ClaimedTask[]> {
  return database.transaction(
    (tx) => tx.sql<ClaimedTask>`
      update tasks set attempt = attempt + 1, run_at = now() + ${leaseMs}::float8 * interval '1 millisecond'
       where id = any (array(
         select id from tasks where state = 'pending' and run_at <= now() order by run_at limit ${limit}
         for update skip locked))
      returning id, name, key, payload, attempt, traceparent`,
  )
}

/** Milliseconds until the next task is due; undefined when there is none. */
export async function nextDueMs({ read }: Database): Promise<number | undefined> {
  const [row] = await read.sql<{ due_ms: number | null }>`
    select extract(epoch from min(run_at) - now())::float8 * 1000 as due_ms from tasks where state = 'pending'`
  return row?.due_ms ?? undefined
}

/** Ends a task in the caller's transaction. Throws when its lease has gone to another attempt: then that one decides. */
export async function completeTask(tx: WriteHandle, { id, attempt }: ClaimedTask): Promise<void> {
  const ended = await tx.sql`delete from tasks where id = ${id} and attempt = ${attempt} returning 1`
  if (ended.length === 0) throw new LeaseLost(`task ${id} has been taken over`)
}

/** The task belongs to another attempt by now. */
export class LeaseLost extends Error {}

/** Keeps the tasks that still run. */
export async function extendLeases(database: Database, ids: readonly number[]): Promise<void> {
  await database.transaction(
    (tx) => tx.sql`
      update tasks set run_at = now() + ${leaseMs}::float8 * interval '1 millisecond'
       where id = any (${ids}) and state = 'pending'`,
  )
}

/** Lets a failed task wait for its next attempt. */
export async function postponeTask(
  database: Database,
  task: ClaimedTask,
  error: TaskError,
  delayMs: number,
): Promise<void> {
  await database.transaction(
    (tx) => tx.sql`
      update tasks set run_at = now() + ${delayMs}::float8 * interval '1 millisecond', error = ${json(error)}
       where id = ${task.id} and attempt = ${task.attempt}`,
  )
}

/** Puts a task that has used up its attempts aside. */
export async function failTask(database: Database, task: ClaimedTask, error: TaskError): Promise<void> {
  await database.transaction(
    (tx) => tx.sql`
      update tasks set state = 'failed', error = ${json(error)} where id = ${task.id} and attempt = ${task.attempt}`,
  )
}

/** Enqueues each scheduled task whose period has come, once over all replicas. */
export async function enqueueScheduled(
  database: Database,
  schedules: readonly { name: string; everyMs: number }[],
): Promise<void> {
  const names = schedules.map(({ name }) => name)
  const periods = schedules.map(({ everyMs }) => everyMs)
  await database.transaction(
    (tx) => tx.sql`
      with given as (select * from unnest(${names}::text[], ${periods}::float8[]) as given (name, every_ms)),
      due as (
        insert into task_schedules as s (name, next_at)
        select name, now() + every_ms * interval '1 millisecond' from given
        on conflict (name) do update set next_at = excluded.next_at where s.next_at <= now()
        returning name
      )
      insert into tasks (name, key, payload, run_at)
      select name, 'scheduled', '{}', now() from due
      on conflict (name, key) where state = 'pending' and key is not null do nothing`,
  )
}
