import type { Bindings, Calls, Service, Tx, WriteHandle } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import { onEnqueued } from './local-queues.ts'
import {
  claimTasks,
  enqueueScheduled,
  extendLeases,
  leaseMs,
  nextDueMs,
  returnTasks,
  type ClaimedTask,
} from './store.ts'
import { attemptsOf, runTask } from './run-task.ts'
import { removeOldFailed, resetFutureTimes } from './upkeep.ts'
import { makeSleeper, type Sleeper } from './sleeper.ts'

export interface TasksOptions<S extends Service> {
  readonly service: S
  readonly handlers: Bindings<S>['tasks']
  readonly database: Database
  readonly calls: (task: { readonly key: string }) => Calls<S['calls']>
  readonly makeTx: (tx: WriteHandle) => Tx<S>
  readonly telemetry: Telemetry
  /** Number of tasks run concurrently; 4 by default. */
  readonly concurrency?: number
  /** Milliseconds between polls for due tasks of other replicas; 1,000 by default. */
  readonly pollMs?: number
  /** How long failed tasks are kept for operators; 90 days by default. */
  readonly failedRetentionMs?: number
}

/** The running tasks of a service. */
export interface Tasks {
  /** Claims no more, waits for running tasks up to the limit (5 s by default), and returns those that still run to the queue. */
  readonly stop: (drainMs?: number) => Promise<void>
}

type Running = Map<ClaimedTask, Promise<void>>

const upkeepEveryMs = 60_000
const defaultDrainMs = 5_000
const defaultFailedRetentionMs = 90 * 24 * 60 * 60 * 1_000

/**
 * Runs the tasks of a service, each at least once: claimed with a lease, retried with exponential backoff, and kept as failed
 * after the declared attempts (10 by default), also if each of them took its process down. An attempt that takes longer than
 * declared (60 s by default) fails. For a week, attempts that fail because a callee is unavailable do not count. Scheduled tasks
 * are enqueued once per period over all replicas. Tasks that this release does not declare are left to a release that does.
 */
export function startTasks<S extends Service>(options: TasksOptions<S>): Tasks {
  const { service, telemetry } = options
  if (Object.keys(service.tasks).length === 0) return { stop: async () => {} }
  const sleeper = makeSleeper()
  const running: Running = new Map()
  const control = { isStopping: false }
  const stopListening = onEnqueued(service, sleeper.wake)
  const renewal = setInterval(() => void renew(options, running), leaseMs / 3).unref()
  const loop = keepWorking(options as unknown as TasksOptions<Service>, sleeper, running, control)
  observe(options.database, telemetry)
  return {
    async stop(drainMs = defaultDrainMs) {
      control.isStopping = true
      stopListening()
      sleeper.wake()
      await loop
      const isDrained = await endsWithin(drainMs, Promise.all(running.values()))
      clearInterval(renewal)
      if (!isDrained) await giveBack(options, running)
    },
  }
}

async function endsWithin(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: limit, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), timeoutMs)
  const isDrained = await Promise.race([work.then(() => true), limit])
  clearTimeout(timer)
  return isDrained
}

/** Other replicas continue with the tasks that still run here; their attempts fence this process out. */
async function giveBack(
  { database, telemetry }: { database: Database; telemetry: Telemetry },
  running: Running,
): Promise<void> {
  const tasks = [...running.keys()]
  const names = [...new Set(tasks.map(({ name }) => name))].join(', ')
  telemetry.logger.warn('tasks that did not finish in time were returned to the queue', { count: tasks.length, names })
  try {
    await returnTasks(database, tasks)
  } catch (error) {
    // Their leases end by themselves.
    telemetry.logger.warn('running tasks could not be returned to the queue', { error })
  }
}

function observe({ read }: Database, { metrics }: Telemetry): void {
  metrics.gauge('tasks_failed', 'Tasks that failed on every attempt', [], async (gauge) => {
    const [row] = await read.sql<{ failed: number }>`select count(*)::int as failed from tasks where state = 'failed'`
    gauge.set(row?.failed ?? 0)
  })
}

async function renew(
  { database, telemetry }: { database: Database; telemetry: Telemetry },
  running: Running,
): Promise<void> {
  if (running.size === 0) return
  try {
    await extendLeases(database, [...running.keys()])
  } catch (error) {
    telemetry.logger.warn('the leases of running tasks were not extended', { error })
  }
}

async function keepWorking(
  options: TasksOptions<Service>,
  sleeper: Sleeper,
  running: Running,
  control: { isStopping: boolean },
): Promise<void> {
  const { service, database, telemetry, concurrency = 4, pollMs = 1_000 } = options
  const schedules = Object.entries(service.tasks).flatMap(([name, { everyMs }]) =>
    everyMs === undefined ? [] : [{ name, everyMs }],
  )
  const known = Object.keys(service.tasks).map((name) => ({ name, attempts: attemptsOf(service, name) }))
  let scheduleAtMs = 0
  let upkeepAtMs = 0
  while (!control.isStopping) {
    let pauseMs = pollMs
    try {
      if (performance.now() >= upkeepAtMs) {
        await keepUp(options)
        upkeepAtMs = performance.now() + upkeepEveryMs
      }
      if (schedules.length > 0 && performance.now() >= scheduleAtMs) {
        await enqueueScheduled(database, schedules)
        scheduleAtMs = performance.now() + Math.min(...schedules.map(({ everyMs }) => everyMs), 60_000) / 4
      }
      const free = concurrency - running.size
      const claimed = free > 0 ? await claimTasks(database, known, free) : []
      for (const task of claimed) {
        const work = runTask(options, task).then((hasLeftWork) => {
          const wasFull = running.size >= concurrency
          running.delete(task)
          if (hasLeftWork || wasFull) sleeper.wake()
        })
        running.set(task, work)
      }
      if (claimed.length > 0 && claimed.length === free) continue
      pauseMs = Math.min(pollMs, Math.max(5, (await nextDueMs(database, known)) ?? pollMs))
    } catch (error) {
      telemetry.logger.warn('tasks are not run: the database is unavailable', { error })
    }
    await sleeper.sleep(pauseMs)
  }
}

async function keepUp({
  database,
  telemetry: { logger },
  failedRetentionMs = defaultFailedRetentionMs,
}: TasksOptions<Service>): Promise<void> {
  const reset = await resetFutureTimes(database)
  if (reset > 0) logger.warn('tasks were rescheduled because the clock of the database was set back', { count: reset })
  const removed = await removeOldFailed(database, failedRetentionMs)
  if (removed > 0) logger.warn('failed tasks were removed by retention', { count: removed })
}
