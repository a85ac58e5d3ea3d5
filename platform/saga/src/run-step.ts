import type { EntryContext, Json, ReadHandle, Service, StepContext } from '@stoa/contract'
import { AppError, platformError, type Clock } from '@stoa/kernel'
import { runWithContext, type Telemetry } from '@stoa/telemetry'
import { failureCodes } from './decision.ts'
import { idempotencyKeyOf, type AnyStep } from './journal.ts'
import type { LiveSaga } from './live-saga.ts'

/** The cause of a call: its key, the key that it compensates, and its deadline. */
export interface StepCause {
  readonly idempotencyKey: string
  /** In a compensation: the key of the action it undoes. */
  readonly compensates?: string
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number
  /** Called for every attempt of a call without a response, even if a later attempt of the same call gets one. */
  readonly onUnanswered: () => void
}

export interface StepRunner {
  readonly db: ReadHandle
  /** The clients of the declared calls for one cause. */
  readonly callsFor: (cause: StepCause) => unknown
  readonly telemetry: Telemetry
  /** The wall clock for the deadlines of calls; nothing else depends on it. */
  readonly clock: Clock
}

/** Ends a step as a business refusal. @throws AppError that is not retryable */
export function fail(code: string, detail: string = code): never {
  throw new AppError('conflict', code, detail)
}

/** Makes the context of a hook, which runs in the transaction of the journal. */
export function entryContext({
  head,
  progress,
}: Pick<LiveSaga, 'head' | 'progress'>): EntryContext<Service, unknown, unknown> {
  return { input: head.input, done: progress.done, fail }
}

/** Calls the action or compensation of a step once. @throws AppError `saga.timed_out` if there is no response in time */
export async function callStep(
  runner: StepRunner,
  live: LiveSaga,
  step: AnyStep,
  kind: 'action' | 'compensation',
  timeoutMs: number,
): Promise<Json> {
  const run = step[kind]
  if (run === undefined) return undefined
  const { id: sagaId, name } = live.head
  const deadlineMs = runner.clock.now().epochMilliseconds + timeoutMs
  const actionKey = idempotencyKeyOf(sagaId, step.name, 'action')
  const onUnanswered = () => noteUnanswered(live, step, kind)
  const calls = runner.callsFor(
    kind === 'action'
      ? { idempotencyKey: actionKey, deadlineMs, onUnanswered }
      : { idempotencyKey: idempotencyKeyOf(sagaId, step.name, kind), compensates: actionKey, deadlineMs, onUnanswered },
  )
  const context = { ...entryContext(live), db: runner.db, calls } as StepContext<Service, unknown, unknown>
  const attributes = { 'saga.id': sagaId, 'saga.step': step.name, 'saga.attempt': live.attempts?.count ?? 1 }
  const span = kind === 'action' ? `${name} ${step.name}` : `${name} ${step.name} compensation`
  const result = await runner.telemetry.inSpan(span, { attributes }, ({ context: trace }) =>
    runWithContext({ ...trace, deadlineMs }, () => withTimeout(() => run(context), step.name, timeoutMs)),
  )
  // In the form that the journal returns, so that a later step sees the same value before and after a takeover.
  return kind === 'action' && result !== undefined ? (JSON.parse(JSON.stringify(result)) as Json) : undefined
}

/** A later error within the same call does not change this: the action may have had its effect. */
function noteUnanswered(live: LiveSaga, step: AnyStep, kind: 'action' | 'compensation'): void {
  if (live.attempts !== undefined) live.attempts.wasSent = true
  const { direction, position } = live.progress
  const isUnderWay = direction === 'forward' && live.saga.steps[position] === step
  if (kind === 'action' && isUnderWay) live.progress = { ...live.progress, mayHaveBegun: true }
}

async function withTimeout<T>(run: () => Promise<T>, step: string, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(platformError(failureCodes.timedOut, `Step ${step} did not finish within ${timeoutMs} ms.`)),
      timeoutMs,
    )
  })
  try {
    return await Promise.race([run(), timeout])
  } finally {
    clearTimeout(timer)
  }
}
