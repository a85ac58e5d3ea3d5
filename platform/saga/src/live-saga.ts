import type { Json } from '@stoa/contract'
import { newContext, parseTraceparent, type TraceContext } from '@stoa/telemetry'
import { progressOf, type Progress } from './decision.ts'
import type { AnySaga, SagaState } from './journal.ts'
import type { LoadedSaga } from './membership.ts'
import { compensateSignal } from './operator-signal.ts'
import type { Signal } from './store.ts'
import type { SagaHead } from './transition.ts'

/** What is tried at the moment, over all its attempts. */
export interface Attempts {
  readonly startedAtMs: number
  count: number
  lastError?: string
}

/** A saga that this worker drives: its journal folded, and what is only known in memory. */
export interface LiveSaga {
  readonly head: SagaHead
  readonly saga: AnySaga
  readonly context: TraceContext
  progress: Progress
  state: SagaState
  /** Of the next journal row. */
  seq: number
  attempts: Attempts | undefined
  readonly signals: Map<string, Json>
  isCancelled: boolean
  /** What was kept before this worker drove it has not been read. */
  mustLookForSignals: boolean
  wake: () => void
}

/** Makes a saga ready to be driven on from its journal. @throws DefinitionChanged */
export function liveSaga({ head, journal, isResumed }: LoadedSaga, saga: AnySaga): LiveSaga {
  return {
    head,
    saga,
    context: contextOf(head),
    progress: progressOf(saga, journal, isResumed),
    state: head.state,
    seq: journal.length,
    attempts: undefined,
    signals: new Map(),
    isCancelled: false,
    mustLookForSignals: true,
    wake: () => {},
  }
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
    // setTimeout knows no more than 31 bits; whoever waits longer looks at the clock again.
    const timer = setTimeout(done, Math.min(Math.max(durationMs, 0), 2 ** 31 - 1))
    live.wake = done
  })
}

/** Takes in what is kept for a saga; wakes it when there is something new. */
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
