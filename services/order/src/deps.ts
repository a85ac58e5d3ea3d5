import type { Clock, NewId } from '@stoa/kernel'

/** What the use cases of order are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  /** Whether picking begins and ends by itself. */
  readonly isAutoPick: boolean
  /** How long a day lasts: real ones, or the sandbox carrier's. */
  readonly dayMs: number
  readonly returnWindowDays: number
}
