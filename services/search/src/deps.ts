import type { Tx } from '@stoa/contract'
import type { SearchService } from '@stoa/contracts/search/service'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { SearchLog } from './search-log.ts'

/** The dependencies of the use cases of search. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly database: Database
  readonly makeTx: (handle: Parameters<Parameters<Database['transaction']>[0]>[0]) => Tx<SearchService>
  /** Whether a price is the one that results are filtered and sorted by. */
  readonly isListPrice: (priceList: string, currency: string) => boolean
  readonly searchLog: SearchLog
  /** How long searches are kept for analytics. */
  readonly retentionDays: number
}
