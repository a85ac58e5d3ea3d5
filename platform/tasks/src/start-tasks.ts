import type { Bindings, Calls, Service, Tx, WriteHandle } from '@stoa/contract'
import { isAppError } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import {
  contextFromHeaders,
  newContext,
  runWithContext,
  type LogFieldValue,
  type Telemetry,
  type TraceContext,
} from '@stoa/telemetry'
import { onEnqueued } from './local-queues.ts'
import {
  claimTasks,
  completeTask,
  enqueueScheduled,
  extendLeases,
  failTask,
  leaseMs,
  LeaseLost,
  nextDueMs,
  postponeTask,
  type ClaimedTask,
  type TaskError,
} from './store.ts'
import { makeSleeper, type Sleeper } from './sleeper.ts'

/** What a service's tasks are worked off with. */
export interface TasksOptions<S extends Service> {
  readonly service: S
  readonly handlers: Bindings<S>['tasks']
  readonly database: Database
  readonly calls: (task: { readonly key: string }) => Calls<S['calls']>
  readonly makeTx: (tx: WriteHandle) => Tx<S>
  readonly telemetry: Telemetry
  /** Tasks worked on at once; 4 unless told. */
  readonly concurrency?: number
  /** How soon due tasks of other replicas are noticed; 1,000 unless told. */
  readonly pollMs?: number
}

/** The running tasks of a service. */
export interface Tasks {
  /** Claims no more and waits for what runs. */
  readonly stop: () => Promise<void>
}

const defaultAttempts = 10
const longestDelayMs = 60_000

/**
 * Works off a service's tasks, at least once each: claimed with a lease, tried again with exponential backoff, put aside
 * as failed after the attempts its declaration allows (10 unless it says so). A callee that is away counts like any other
 * failure; scheduled tasks are enqueued once a period over all replicas.
 */
export function startTasks<S extends Service>(options: TasksOptions<S>): Tasks {
  const { service, telemetry } = options
  if (Object.keys(service.tasks).length === 0) return { stop: async () => {} }
  const sleeper = makeSleeper()
  const running = new Map<number, Promise<void>>()
  const control = { isStopping: false }
  const stopListening = onEnqueued(service, sleeper.wake)
  const renewal = setInterval(() => void renew(options, running), leaseMs / 3).unref()
  const loop = keepWorking(options as unknown as TasksOptions<Service>, sleeper, running, control)
  observe(options.database, telemetry)
  return {
    async stop() {
      control.isStopping = true
      stopListening()
      sleeper.wake()
      await loop
      await Promise.all(running.values())
      clearInterval(renewal)
    },
  }
}

function observe({ read }: Database, { metrics }: Telemetry): void {
  metrics.gauge('tasks_failed', 'Tasks that have used up their attempts', [], async (gauge) => {
    const [row] = await read.sql<{ failed: number }>`select count(*)::int as failed from tasks where state = 'failed'`
    gauge.set(row?.failed ?? 0)
  })
}

async function renew(
  { database, telemetry }: { database: Database; telemetry: Telemetry },
  running: Map<number, unknown>,
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
  running: Map<number, Promise<void>>,
  control: { isStopping: boolean },
): Promise<void> {
  const { service, database, telemetry, concurrency = 4, pollMs = 1_000 } = options
  const schedules = Object.entries(service.tasks).flatMap(([name, { everyMs }]) =>
    everyMs === undefined ? [] : [{ name, everyMs }],
  )
  let scheduleAtMs = 0
  while (!control.isStopping) {
    let pauseMs = pollMs
    try {
      if (schedules.length > 0 && performance.now() >= scheduleAtMs) {
        await enqueueScheduled(database, schedules)
        scheduleAtMs = performance.now() + Math.min(...schedules.map(({ everyMs }) => everyMs), 60_000) / 4
      }
      const free = concurrency - running.size
      const claimed = free > 0 ? await claimTasks(database, free) : []
      for (const task of claimed) {
        const work = runTask(options, task).finally(() => {
          running.delete(task.id)
          sleeper.wake()
        })
        running.set(task.id, work)
      }
      if (claimed.length > 0 && claimed.length === free) continue
      pauseMs = Math.min(pollMs, Math.max(5, (await nextDueMs(database)) ?? pollMs))
    } catch (error) {
      telemetry.logger.warn('tasks are not worked off: the database is away', { error })
    }
    await sleeper.sleep(pauseMs)
  }
}

async function runTask(options: TasksOptions<Service>, task: ClaimedTask): Promise<void> {
  const { telemetry } = options
  await runWithContext(contextOf(task), async () => {
    try {
      await telemetry.inSpan(
        `task ${task.name}`,
        { kind: 'consumer', attributes: { 'stoa.task.attempt': task.attempt } },
        () => handle(options, task),
      )
    } catch (error) {
      await putBack(options, task, error)
    }
  })
}

async function handle(
  { service, handlers, database, calls, makeTx }: TasksOptions<Service>,
  task: ClaimedTask,
): Promise<void> {
  const handler = handlers[task.name]
  if (handler === undefined) throw new Error(`no handler is bound to task ${task.name}`)
  // By its id: a later task of the same key, or the next of a schedule, is another effect.
  const key = `${service.name}/task/${task.name}/${task.id}`
  let isDone = false
  await handler({
    payload: task.payload,
    calls: calls({ key }),
    db: database.read,
    key,
    attempt: task.attempt,
    commit: async (change) => {
      await database.transaction(async (handle) => {
        await change(makeTx(handle))
        await completeTask(handle, task)
      })
      isDone = true
    },
  })
  if (!isDone) await database.transaction((handle_) => completeTask(handle_, task))
}

async function putBack(
  { service, database, telemetry }: TasksOptions<Service>,
  task: ClaimedTask,
  error: unknown,
): Promise<void> {
  if (error instanceof LeaseLost) return
  const attempts = service.tasks[task.name]?.attempts ?? defaultAttempts
  const { logger } = telemetry
  try {
    if (task.attempt >= attempts) {
      logger.error('a task has failed for good', { task: task.name, taskId: task.id, attempt: task.attempt, error })
      await failTask(database, task, errorOf(error))
    } else {
      const delayMs = Math.min(longestDelayMs, 200 * 2 ** Math.min(task.attempt, 20)) * (0.5 + Math.random() / 2)
      logger.warn('a task has failed and is tried again', {
        task: task.name,
        taskId: task.id,
        attempt: task.attempt,
        error,
      })
      await postponeTask(database, task, errorOf(error), delayMs)
    }
  } catch (failure) {
    // its lease ends by itself, and then it is claimed again
    logger.warn('the outcome of a task was not written', { task: task.name, taskId: task.id, error: failure })
  }
}

function errorOf(error: unknown): TaskError {
  if (isAppError(error)) return { code: error.code, message: error.message }
  return { message: error instanceof Error ? error.message : String(error) }
}

function contextOf({ traceparent, payload }: ClaimedTask): TraceContext {
  const logFields: Record<string, LogFieldValue> = {}
  if (typeof payload === 'object' && payload !== null && 'orderId' in payload && typeof payload.orderId === 'string') {
    logFields['orderId'] = payload.orderId
  }
  return { ...(contextFromHeaders({ traceparent: traceparent ?? undefined }) ?? newContext()), logFields }
}
