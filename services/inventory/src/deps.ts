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
  /** Whether a price is the one shown in lists and sorted by. */
  readonly isListPrice: (priceList: string, currency: string) => boolean
}
