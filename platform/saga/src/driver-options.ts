import type { Tx, WriteHandle } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import type { RetryLimits } from './retry-policy.ts'
import type { Situation } from './decision.ts'
import type { Lanes } from './lanes.ts'
import { nowMs, type LiveSaga } from './live-saga.ts'
import type { Places } from './places.ts'
import type { StepRunner } from './run-step.ts'

/** Timeouts in milliseconds. */
export interface SagaLimits extends RetryLimits {
  /** Time until the pivot, without waits. */
  readonly sagaTimeoutMs: number
  /** Timeout of an attempt of a step without its own timeout. */
  readonly stepTimeoutMs: number
}

/** Makes the transaction of a service from a transaction of the database; its events contain the cause. */
export type MakeTx = (
  tx: WriteHandle,
  cause: { readonly correlationId?: string | undefined; readonly causationId?: string | undefined },
) => Tx

/** The dependencies and limits with which a worker drives its sagas. */
export interface DriverOptions extends StepRunner {
  readonly worker: string
  readonly lanes: Lanes
  readonly database: Database
  readonly random: () => number
  readonly makeTx: MakeTx
  readonly limits: SagaLimits
  /** Whether to stop between two moves: the worker drains, or has been lost. */
  readonly mustLeave: () => boolean
  /** Returns whether another worker may own its sagas by now. */
  readonly isLost: () => boolean
  readonly places: Places
  /** Maximum number of sagas that wait in memory for their next attempt; others are unloaded to the database. */
  readonly maxRetrying: number
  /** Called after each durable transition that is visible outside the journal: a hook ran, or the state changed. */
  readonly onMoved: (live: LiveSaga) => void
}

export function situationOf(live: LiveSaga, options: DriverOptions): Situation {
  return {
    input: live.head.input,
    nowMs: nowMs(live),
    startedAtMs: live.head.createdAtMs,
    timeoutMs: live.saga.timeoutMs ?? options.limits.sagaTimeoutMs,
    signals: live.signals,
    isCancelled: live.isCancelled,
  }
}
