import type { Tx } from '@stoa/contract'
import type { SearchService } from '@stoa/contracts/search/service'
import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'

/** The dependencies of the use cases of search. */
export interface Deps {
  readonly clock: Clock
  readonly database: Database
  readonly makeTx: (handle: Parameters<Parameters<Database['transaction']>[0]>[0]) => Tx<SearchService>
  /** Whether a price is the one that results are filtered and sorted by. */
  readonly isListPrice: (priceList: string, currency: string) => boolean
}
