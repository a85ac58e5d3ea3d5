import type { Clock, NewId } from '@stoa/kernel'

/** The dependencies of the use cases of pricing. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  /** Time for which a quote is valid. */
  readonly quoteSeconds: number
  /** The currency of regions that have none of their own. */
  readonly shopCurrency: string
}
