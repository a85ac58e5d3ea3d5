import type { OrderService } from '@stoa/contracts/order/service'
import type { Clock, NewId } from '@stoa/kernel'
import type { DepsContext } from '@stoa/service'
import type { ReconciliationSchedule } from './domain/reconciliation-schedule.ts'

type Context = DepsContext<unknown, OrderService>

/** What the use cases of order are made with. */
export interface Deps extends Pick<Context, 'database' | 'makeTx' | 'calls' | 'caughtUp' | 'telemetry'> {
  readonly clock: Clock
  readonly newId: NewId
  /** Whether picking begins and ends by itself. */
  readonly isAutoPick: boolean
  /** How long a day lasts: real ones, or the sandbox carrier's. */
  readonly dayMs: number
  readonly returnWindowDays: number
  readonly startedAt: Temporal.Instant
  readonly reconciliation: ReconciliationSettings
}

interface ReconciliationSettings extends ReconciliationSchedule {
  /** How old the orders are at most that are compared each time. */
  readonly recentMs: number
  /** How long what looks wrong is left alone before it is looked at again. */
  readonly recheckMs: number
}
