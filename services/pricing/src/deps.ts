import type { Clock, NewId } from '@stoa/kernel'

/** What the use cases of pricing are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  /** How long a quote holds. */
  readonly quoteSeconds: number
}
