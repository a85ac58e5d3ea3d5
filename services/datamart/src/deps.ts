import type { Clock } from '@stoa/kernel'
import type { Duck, TableReader } from '@stoa/lake'
import type { Database } from '@stoa/postgres'
import type { SqlEndpoint } from './sql/serve-sql.ts'

/** What the use cases of datamart are made with. */
export interface Deps {
  readonly clock: Clock
  readonly database: Database
  readonly duck: Duck
  /** The folder of the lake, which etl fills. */
  readonly lake: string
  readonly tables: TableReader
  readonly queryTimeoutMs: number
  /** Opens the endpoint for SQL clients; undefined if none is set. */
  readonly openSql: (() => Promise<SqlEndpoint>) | undefined
  /** The endpoint that is open. */
  sql?: SqlEndpoint
}
