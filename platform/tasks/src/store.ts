import type { WriteHandle } from '@stoa/contract'
import { fragment, json, type Database } from '@stoa/postgres'

/** A task that this worker holds until its lease ends. */
export interface ClaimedTask {
  readonly id: number
  readonly name: string
  readonly key: string | null
  readonly payload: unknown
  readonly attempt: number
  /** Whether its first attempt found a callee unavailable: that one marks its beginning, and does not count. */
  readonly hasBegunWaiting: boolean
  readonly traceparent: string | null
}

/** The error of the last attempt, for people. */
export interface TaskError {
  readonly code?: string
  readonly message: string
}

/** Duration of the lease of a claimed task; extended while the task runs. */
export const leaseMs = 30_000

/** Longest delay between two attempts. */
export const longestDelayMs = 60_000

/** A task that this release declares, and its maximum number of attempts. */
export interface KnownTask {
  readonly name: string
  readonly attempts: number
}

/**
 * Claims due tasks, including those whose lease has expired, each for a new attempt; tasks of other names are left to a release
 * that knows them. An attempt above the maximum means that the last one ended with its process: the task has failed.
 */
export function claimTasks(database: Database, known: readonly KnownTask[], limit: number): Promise<ClaimedTask[]> {
  const [names, attempts] = [known.map(({ name }) => name), known.map((each) => each.attempts)]
  return database.transaction(
    (tx) => tx.sql<ClaimedTask>`
      update tasks t set attempt = t.attempt + 1, run_at = now() + ${leaseMs}::float8 * interval '1 millisecond',
        -- This attempt sees all changes whose task was enqueued before it. Another payload becomes the next task, because the
        -- effects of this task are recorded under its own key.
        next_payload = case when t.attempt >= k.attempts + coalesce((t.error ->> 'begunWaiting')::bool, false)::int or t.next_payload <> t.payload then t.next_payload end
       from unnest(${names}::text[], ${attempts}::int[]) as k (name, attempts)
       where k.name = t.name and t.id = any (array(
         select id from tasks where state = 'pending' and run_at <= now() and name = any(${names}::text[])
         order by run_at limit ${limit} for update skip locked))
      returning t.id, t.name, t.key, t.payload, t.attempt, coalesce((t.error ->> 'begunWaiting')::bool, false) as "hasBegunWaiting",
        t.traceparent`,
  )
}

/** Milliseconds until the next task of these names is due; undefined if no task is waiting. */
export async function nextDueMs({ read }: Database, known: readonly KnownTask[]): Promise<number | undefined> {
  const [row] = await read.sql<{ due_ms: number | null }>`
    select extract(epoch from min(run_at) - now())::float8 * 1000 as due_ms
    from tasks where state = 'pending' and name = any(${known.map(({ name }) => name)}::text[])`
  return row?.due_ms ?? undefined
}

/**
 * Ends a task in the caller's transaction. A task enqueued under its key in the meantime becomes the next one, and earlier
 * failures under its key are removed, because this success supersedes them. Returns whether there is a next one. Throws if another
 * attempt holds the lease: that attempt decides.
 */
export async function completeTask(tx: WriteHandle, { id, name, key, attempt }: ClaimedTask): Promise<boolean> {
  const { sql } = tx
  const superseded =
    key === null
      ? fragment``
      : fragment`with superseded as (delete from tasks where name = ${name} and key = ${key} and state = 'failed')`
  const ended = await sql`
    ${superseded} delete from tasks where id = ${id} and attempt = ${attempt} and next_payload is null returning 1`
  if (ended.length > 0) return false
  // A second statement, which sees what was enqueued while the first waited for it.
  const followed = await sql`
    update tasks set id = default, payload = next_payload, run_at = next_run_at, traceparent = next_traceparent,
      attempt = 0, error = null, created_at = now(), next_payload = null
     where id = ${id} and attempt = ${attempt} and next_payload is not null returning 1`
  if (followed.length === 0) throw new LeaseLost(`task ${id} has been taken over`)
  return true
}

/** Thrown when another attempt holds the task. */
export class LeaseLost extends Error {}

/** Extends the leases of running tasks, except those that a later attempt holds. */
export async function extendLeases(database: Database, tasks: readonly ClaimedTask[]): Promise<void> {
  const [ids, attempts] = [tasks.map(({ id }) => id), tasks.map(({ attempt }) => attempt)]
  await database.transaction(
    (tx) => tx.sql`
      update tasks t set run_at = now() + ${leaseMs}::float8 * interval '1 millisecond'
       from unnest(${ids}::bigint[], ${attempts}::int[]) as held (id, attempt)
       where t.id = held.id and t.attempt = held.attempt and t.state = 'pending'`,
  )
}

/** Releases the leases of running tasks, so that another worker claims them at once. */
export async function returnTasks(database: Database, tasks: readonly ClaimedTask[]): Promise<void> {
  const [ids, attempts] = [tasks.map(({ id }) => id), tasks.map(({ attempt }) => attempt)]
  await database.transaction(
    (tx) => tx.sql`
      update tasks t set run_at = now()
       from unnest(${ids}::bigint[], ${attempts}::int[]) as held (id, attempt)
       where t.id = held.id and t.attempt = held.attempt and t.state = 'pending'`,
  )
}

/** Schedules the next attempt of a task. */
export async function postponeTask(
  database: Database,
  task: ClaimedTask,
  error: TaskError,
  delayMs: number,
): Promise<void> {
  await database.transaction(
    (tx) => tx.sql`
      update tasks set run_at = now() + ${delayMs}::float8 * interval '1 millisecond',
        error = ${json(task.hasBegunWaiting ? { ...error, begunWaiting: true } : error)}
       where id = ${task.id} and attempt = ${task.attempt}`,
  )
}

/**
 * Marks a task without further attempts as failed, in place of an earlier failure of its key. A task enqueued under its key in
 * the meantime becomes the next one.
 */
export async function failTask(
  database: Database,
  task: ClaimedTask,
  { error, attempts }: { readonly error: TaskError; readonly attempts: number },
): Promise<void> {
  await database.transaction(({ sql }) =>
    Promise.all([
      sql`
        delete from tasks
         where name = ${task.name} and key = ${task.key} and state = 'failed'
           and exists (select from tasks where id = ${task.id} and attempt = ${task.attempt})`,
      sql`
        update tasks set state = 'failed', attempt = ${attempts}, error = ${json(error)}
         where id = ${task.id} and attempt = ${task.attempt}`,
      sql`
        with failed as (
          update tasks set next_payload = null
           where id = ${task.id} and attempt = ${attempts} and state = 'failed' and next_payload is not null
          returning id
        )
        insert into tasks (name, key, payload, run_at, traceparent)
        select name, key, next_payload, next_run_at, next_traceparent from tasks join failed using (id)
        on conflict (name, key) where state = 'pending' and key is not null do nothing`,
    ]),
  )
}

/** Enqueues each scheduled task that is due, once over all replicas. */
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
        on conflict (name) do update set next_at = excluded.next_at
        -- A time more than two periods ahead dates from before the clock was set back.
        where s.next_at <= now() or s.next_at > excluded.next_at + (excluded.next_at - now())
        returning name
      )
      insert into tasks (name, key, payload, run_at)
      select name, 'scheduled', '{}', now() from due
      on conflict (name, key) where state = 'pending' and key is not null do nothing`,
  )
}
