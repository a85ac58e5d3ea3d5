import type { OrderService } from '@stoa/contracts/order/service'
import type { Clock, NewId } from '@stoa/kernel'
import type { DepsContext } from '@stoa/service'
import type { ReconciliationSchedule } from './domain/reconciliation-schedule.ts'

type Context = DepsContext<unknown, OrderService>

/** The dependencies of the use cases of order. */
export interface Deps extends Pick<Context, 'database' | 'makeTx' | 'calls' | 'flags' | 'caughtUp' | 'telemetry'> {
  readonly clock: Clock
  readonly newId: NewId
  /** Whether orders are picked automatically. */
  readonly isAutoPick: boolean
  /** How long a day lasts: real ones, or the sandbox carrier's. */
  readonly dayMs: number
  /** How long a guest's order keeps its stock while its payment is in review. */
  readonly guestReviewMs: number
  readonly returnWindowDays: number
  /** When a cart that is changed at a time ends, unless it is changed again. */
  readonly cartEnds: (isGuest: boolean, from: Temporal.Instant) => Temporal.Instant
  /** How long a closed cart is kept. */
  readonly closedCartDays: number
  readonly startedAt: Temporal.Instant
  readonly reconciliation: ReconciliationSettings
}

interface ReconciliationSettings extends ReconciliationSchedule {
  /** How old the orders are at most that are compared each time. */
  readonly recentMs: number
  /** The delay before a suspected difference is checked again. */
  readonly recheckMs: number
}
