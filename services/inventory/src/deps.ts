import type { Blobs } from '@stoa/blobs'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'

/** The dependencies of the use cases of inventory. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly database: Database
  readonly blobs: Blobs
  /** How long stock is held for a cart. */
  readonly cartHoldMs: number
  /** The currency of list prices and unit costs. */
  readonly shopCurrency: string
  /** Whether a price is the one shown in lists and sorted by. */
  readonly isListPrice: (priceList: string, currency: string) => boolean
}
