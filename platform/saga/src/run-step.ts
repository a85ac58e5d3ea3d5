import type { EntryContext, Json, ReadHandle, StepContext } from '@stoa/contract'
import { AppError } from '@stoa/kernel'
import { runWithContext, type Telemetry } from '@stoa/telemetry'
import { failureCodes } from './decision.ts'
import { idempotencyKeyOf, type AnyStep } from './journal.ts'
import type { LiveSaga } from './live-saga.ts'

/** Why a call is made: the key it stands under, the key it undoes, and until when its answer is waited for. */
export interface StepCause {
  readonly idempotencyKey: string
  /** In a compensation: the key of the action it undoes. */
  readonly compensates?: string
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number
  /** To be told of every attempt at a call that gets no answer, also when a later one within the call gets one. */
  readonly onUnanswered: () => void
}

export interface StepRunner {
  readonly db: ReadHandle
  /** The clients of the declared calls for one cause. */
  readonly callsFor: (cause: StepCause) => unknown
  readonly telemetry: Telemetry
}

/** Ends a step as a business refusal. @throws AppError that is not retryable */
export function fail(code: string, detail: string = code): never {
  throw new AppError('conflict', code, detail)
}

/** What runs inside the journal's transaction is given. */
export function entryContext(live: LiveSaga): EntryContext<unknown, unknown> {
  return { input: live.head.input, done: live.progress.done, fail }
}

/** Calls a step's action or compensation once. @throws AppError `saga.timed_out` when no answer came in time */
export async function callStep(
  runner: StepRunner,
  live: LiveSaga,
  step: AnyStep,
  kind: 'action' | 'compensation',
  limits: { readonly nowMs: number; readonly timeoutMs: number },
): Promise<Json> {
  const run = step[kind]
  if (run === undefined) return undefined
  const { id: sagaId, name } = live.head
  const deadlineMs = limits.nowMs + limits.timeoutMs
  const actionKey = idempotencyKeyOf(sagaId, step.name, 'action')
  const onUnanswered = () => noteUnanswered(live, step, kind)
  const calls = runner.callsFor(
    kind === 'action'
      ? { idempotencyKey: actionKey, deadlineMs, onUnanswered }
      : { idempotencyKey: idempotencyKeyOf(sagaId, step.name, kind), compensates: actionKey, deadlineMs, onUnanswered },
  )
  const context = { ...entryContext(live), db: runner.db, calls } as StepContext<never, unknown, unknown>
  const attributes = { 'saga.id': sagaId, 'saga.step': step.name, 'saga.attempt': live.attempts?.count ?? 1 }
  const span = kind === 'action' ? `${name} ${step.name}` : `${name} ${step.name} compensation`
  const result = await runner.telemetry.inSpan(span, { attributes }, ({ context: trace }) =>
    runWithContext({ ...trace, deadlineMs }, () => withTimeout(() => run(context), step.name, limits.timeoutMs)),
  )
  // As the journal will give it back, so that a later step sees the same before and after a takeover.
  return kind === 'action' && result !== undefined ? (JSON.parse(JSON.stringify(result)) as Json) : undefined
}

/** A refusal that follows within the same call does not make up for it: the action may have had its effect. */
function noteUnanswered(live: LiveSaga, step: AnyStep, kind: 'action' | 'compensation'): void {
  const { direction, position } = live.progress
  const isUnderWay = direction === 'forward' && live.saga.steps[position] === step
  if (kind === 'action' && isUnderWay) live.progress = { ...live.progress, mayHaveBegun: true }
}

async function withTimeout<T>(run: () => Promise<T>, step: string, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AppError('timeout', failureCodes.timedOut, `Step ${step} gave no answer in ${timeoutMs} ms.`)),
      timeoutMs,
    )
  })
  try {
    return await Promise.race([run(), timeout])
  } finally {
    clearTimeout(timer)
  }
}
