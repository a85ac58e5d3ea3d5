import type { Json } from '@stoa/contract'
import { compact } from '@stoa/kernel'
import { newContext, parseTraceparent, type TraceContext } from '@stoa/telemetry'
import { progressOf, type Progress } from './decision.ts'
import type { AnySaga, SagaState } from './journal.ts'
import type { LoadedSaga } from './membership.ts'
import { compensateSignal } from './operator-signal.ts'
import type { Signal } from './store.ts'
import type { SagaHead } from './transition.ts'

/** The current step, with all its attempts. */
export interface Attempts {
  readonly startedAtMs: number
  count: number
  lastError?: string
  /** Whether a call of the present attempt went out and got no response. */
  wasSent?: boolean
}

/** A saga that this worker drives: the state from its journal, and in-memory state. */
export interface LiveSaga {
  readonly head: SagaHead
  readonly saga: AnySaga
  readonly context: TraceContext
  /** When its head was read, by the clock of this process that only runs forward (performance.now()). */
  readonly readAt: number
  progress: Progress
  state: SagaState
  /** Of the next journal row. */
  seq: number
  attempts: Attempts | undefined
  readonly signals: Map<string, Json>
  isCancelled: boolean
  /** Whether the signals from before this worker drove it are still unread. */
  mustLookForSignals: boolean
  wake: () => void
}

/** Restores a saga from its journal. @throws DefinitionChanged */
export function liveSaga({ head: read, journal, isResumed }: LoadedSaga, saga: AnySaga): LiveSaga {
  const head = { ...read, createdAtMs: Math.min(read.createdAtMs, read.nowMs) }
  return {
    head,
    saga,
    context: contextOf(head),
    readAt: performance.now(),
    progress: notAhead(progressOf(saga, journal, isResumed), head),
    state: head.state,
    seq: journal.length,
    attempts: attemptsOf(head, journal.length),
    signals: new Map(),
    isCancelled: head.isCancelled,
    mustLookForSignals: true,
    wake: () => {},
  }
}

/** A wait that was entered before the database's clock was set back counts from now on, not from when the clock is there again. */
function notAhead(progress: Progress, { nowMs: atMs }: SagaHead): Progress {
  const { enteredAtMs } = progress
  return enteredAtMs === undefined || enteredAtMs <= atMs ? progress : { ...progress, enteredAtMs: atMs }
}

/** The attempts from before the saga was unloaded, if nothing was journalled since. */
function attemptsOf({ retry, nowMs: atMs }: SagaHead, seq: number): Attempts | undefined {
  if (retry === null || retry.seq !== seq) return undefined
  const { attempts: count, elapsedMs, lastError } = retry
  return { startedAtMs: atMs - elapsedMs, count, ...compact({ lastError }) }
}

/**
 * The time of the database when the saga's head was read, and what has passed here since: no clock that is set or jumps
 * afterwards moves a deadline.
 */
export function nowMs({ head, readAt }: LiveSaga): number {
  return head.nowMs + performance.now() - readAt
}

/** The trace of the request that started it, so that one order is one trace. */
function contextOf(head: SagaHead): TraceContext {
  const parent = head.traceparent === null ? undefined : parseTraceparent(head.traceparent)
  const orderId = (head.input as { readonly orderId?: unknown } | null)?.orderId
  const logFields = { sagaId: head.id, ...(typeof orderId === 'string' ? { orderId } : {}) }
  return { ...(parent ?? newContext()), logFields }
}

/** Waits until then, or until something wakes the saga. */
export function pause(live: LiveSaga, durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      live.wake = () => {}
      resolve()
    }
    // setTimeout supports at most 31 bits; longer waits check the clock again.
    const timer = setTimeout(done, Math.min(Math.max(durationMs, 0), 2 ** 31 - 1))
    live.wake = done
  })
}

/** Adds the stored signals of a saga, and wakes it if there is a new one. */
export function takeSignals(live: LiveSaga, signals: readonly Signal[]): void {
  let isNew = false
  for (const { name, value } of signals) {
    if (name === compensateSignal) {
      isNew ||= !live.isCancelled
      live.isCancelled = true
    } else if (!live.signals.has(name)) {
      isNew = true
      live.signals.set(name, value)
    }
  }
  if (isNew) live.wake()
}
