import type { Service } from '@stoa/contract'
import { isAppError, platformError } from '@stoa/kernel'
import {
  contextFromHeaders,
  messagingAttributes,
  newContext,
  runWithContext,
  type Attributes,
  type LogFieldValue,
  type TraceContext,
} from '@stoa/telemetry'
import type { TasksOptions } from './start-tasks.ts'
import { isCalleeUnavailable, waitForCallee } from './wait-for-callee.ts'
import {
  completeTask,
  failTask,
  LeaseLost,
  longestDelayMs,
  postponeTask,
  type ClaimedTask,
  type TaskError,
} from './store.ts'

const defaultAttempts = 10
const defaultTimeoutMs = 60_000

/** Maximum number of attempts of a task. */
export function attemptsOf(service: Service, name: string): number {
  return service.tasks[name]?.attempts ?? defaultAttempts
}

/**
 * Makes one attempt at a claimed task, limited in time; its outcome is stored, and nothing is thrown. Returns whether it may have left
 * something to do: another attempt, or a task that follows it.
 */
export async function runTask(options: TasksOptions<Service>, task: ClaimedTask): Promise<boolean> {
  const { service, telemetry } = options
  if (task.attempt > attemptsOf(service, task.name) + Number(task.hasBegunWaiting)) {
    const error = new Error('the last attempt did not finish: its process died, or hung for longer than its lease')
    await putBack(options, task, error)
    return true
  }
  const timeoutMs = service.tasks[task.name]?.timeoutMs ?? defaultTimeoutMs
  return runWithContext({ ...contextOf(task), deadlineMs: Date.now() + timeoutMs }, async () => {
    try {
      return await telemetry.inSpan(
        `task ${task.name}`,
        { kind: 'consumer', attributes: attributesOf(service, task), isQuiet: task.traceparent === null },
        () => within(timeoutMs, handle(options, task)),
      )
    } catch (error) {
      await putBack(options, task, error)
      return true
    }
  })
}

/** Work that continues after the limit cannot be stopped; it can still commit until another attempt begins. */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const { promise: limit, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(platformError('request.deadline_exceeded', `The task did not finish within ${timeoutMs} ms.`))
  }, timeoutMs)
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

async function handle(
  { service, handlers, database, calls, makeTx }: TasksOptions<Service>,
  task: ClaimedTask,
): Promise<boolean> {
  const handler = handlers[task.name]
  if (handler === undefined) throw new Error(`no handler is bound to task ${task.name}`)
  // By its id: a later task of the same key, or the next one of a schedule, has another effect.
  const key = `${service.name}/task/${task.name}/${task.id}`
  let isFollowed: boolean | undefined
  await handler({
    payload: task.payload,
    calls: calls({ key }),
    db: database.read,
    key,
    attempt: task.attempt,
    commit: async (change) => {
      isFollowed = await database.transaction(async (handle) => {
        await change(makeTx(handle))
        return completeTask(handle, task)
      })
    },
  })
  return isFollowed ?? database.transaction((tx) => completeTask(tx, task))
}

async function putBack(
  { service, database, telemetry }: TasksOptions<Service>,
  task: ClaimedTask,
  error: unknown,
): Promise<void> {
  if (error instanceof LeaseLost) return
  const attempts = attemptsOf(service, task.name)
  const { logger } = telemetry
  try {
    if (isCalleeUnavailable(error) && (await waitForCallee(database, task, errorOf(error)))) {
      logger.warn('a task waits for an unavailable callee', { task: task.name, taskId: task.id, error })
    } else if (task.attempt >= attempts + Number(task.hasBegunWaiting)) {
      logger.error('a task failed on every attempt', { task: task.name, taskId: task.id, attempt: task.attempt, error })
      await failTask(database, task, { error: errorOf(error), attempts })
    } else {
      const delayMs = Math.min(longestDelayMs, 200 * 2 ** Math.min(task.attempt, 20)) * (0.5 + Math.random() / 2)
      logger.warn('a task failed and will be retried', {
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

function attributesOf(service: Service, { name, id, attempt }: ClaimedTask): Attributes {
  return {
    [messagingAttributes.systemName]: 'stoa_tasks',
    [messagingAttributes.operationName]: 'process',
    [messagingAttributes.operationType]: 'process',
    [messagingAttributes.destinationName]: `${service.name}.tasks.${name}`,
    [messagingAttributes.messageId]: String(id),
    'stoa.task.attempt': attempt,
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
