import type { Clock } from '@stoa/kernel'
import type { Duck, TableReader } from '@stoa/lake'
import type { Database } from '@stoa/postgres'

/** What the use cases of datamart are made with. */
export interface Deps {
  readonly clock: Clock
  readonly database: Database
  readonly duck: Duck
  /** The folder of the lake, which etl fills. */
  readonly lake: string
  readonly tables: TableReader
  readonly queryTimeoutMs: number
}
