import type { Json } from '@stoa/contract'
import { compact } from '@stoa/kernel'
import { newContext, parseTraceparent, type TraceContext } from '@stoa/telemetry'
import { progressOf, type Progress } from './decision.ts'
import type { AnySaga, SagaState } from './journal.ts'
import type { LoadedSaga } from './membership.ts'
import { compensateSignal } from './operator-signal.ts'
import type { Signal } from './store.ts'
import type { SagaHead } from './transition.ts'

/** The attempts of the current step. */
export interface Attempts {
  readonly startedAtMs: number
  count: number
  lastError?: string
  /** Whether a call of the current attempt was sent and got no response. */
  wasSent?: boolean
}

/** A saga that this worker drives: the state from its journal, and in-memory state. */
export interface LiveSaga {
  readonly head: SagaHead
  readonly saga: AnySaga
  readonly context: TraceContext
  /** When its head was read, by the monotonic clock of this process (`performance.now()`). */
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

/** A wait that was entered before the clock of the database was set back counts from now. */
function notAhead(progress: Progress, { nowMs: atMs }: SagaHead): Progress {
  const { enteredAtMs } = progress
  return enteredAtMs === undefined || enteredAtMs <= atMs ? progress : { ...progress, enteredAtMs: atMs }
}

/** Returns the attempts before the saga was unloaded, if nothing has been journalled since. */
function attemptsOf({ retry, nowMs: atMs }: SagaHead, seq: number): Attempts | undefined {
  if (retry === null || retry.seq !== seq) return undefined
  const { attempts: count, elapsedMs, lastError } = retry
  return { startedAtMs: atMs - elapsedMs, count, ...compact({ lastError }) }
}

/**
 * Returns the time of the database when the head of the saga was read, plus the time elapsed here since: a clock that is set or
 * jumps afterwards moves no deadline.
 */
export function nowMs({ head, readAt }: LiveSaga): number {
  return head.nowMs + performance.now() - readAt
}

/** Returns the trace of the request that started the saga, so that one order is one trace. */
function contextOf(head: SagaHead): TraceContext {
  const parent = head.traceparent === null ? undefined : parseTraceparent(head.traceparent)
  const orderId = (head.input as { readonly orderId?: unknown } | null)?.orderId
  const logFields = { sagaId: head.id, ...(typeof orderId === 'string' ? { orderId } : {}) }
  return { ...(parent ?? newContext()), logFields }
}

/** Waits for the duration, or until the saga is woken. */
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
