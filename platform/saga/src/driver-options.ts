import type { Tx, WriteHandle } from '@stoa/contract'
import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { RetryLimits } from './retry-policy.ts'
import type { Situation } from './decision.ts'
import type { Lanes } from './lanes.ts'
import type { LiveSaga } from './live-saga.ts'
import type { StepRunner } from './run-step.ts'

/** How long things may take; milliseconds. */
export interface SagaLimits extends RetryLimits {
  /** Up to the pivot, waits not counted. */
  readonly sagaTimeoutMs: number
  /** One attempt of a step that does not say its own. */
  readonly stepTimeoutMs: number
}

/** Makes a service's transaction out of a database's; what is published in it names the cause. */
export type MakeTx = (
  tx: WriteHandle,
  cause: { readonly correlationId?: string | undefined; readonly causationId?: string | undefined },
) => Tx

/** What drives sagas on behalf of one worker. */
export interface DriverOptions extends StepRunner {
  readonly worker: string
  readonly lanes: Lanes
  readonly database: Database
  readonly clock: Clock
  readonly random: () => number
  readonly makeTx: MakeTx
  readonly limits: SagaLimits
  /** Whether to stop between two moves: the worker drains, or has been lost. */
  readonly mustLeave: () => boolean
  /** Whether another may own its sagas by now. */
  readonly isLost: () => boolean
  /** How many of its sagas wait for a signal. */
  readonly parked: { count: number }
  /** Told after each durable move that was visible outside of the journal: a hook ran, or the state changed. */
  readonly onMoved: (live: LiveSaga) => void
}

export function nowMs({ clock }: DriverOptions): number {
  return clock.now().epochMilliseconds
}

export function situationOf(live: LiveSaga, options: DriverOptions): Situation {
  return {
    input: live.head.input,
    nowMs: nowMs(options),
    startedAtMs: live.head.createdAtMs,
    timeoutMs: live.saga.timeoutMs ?? options.limits.sagaTimeoutMs,
    signals: live.signals,
    isCancelled: live.isCancelled,
  }
}
