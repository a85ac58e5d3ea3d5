import type { Clock, NewId } from '@stoa/kernel'
import type { Duck, TableReader } from '@stoa/lake'
import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'
import type { Print } from './report/printer.ts'

/** What the use cases of datamart are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly database: Database
  readonly logger: Logger
  readonly duck: Duck
  /** The folder of the lake, which etl fills. */
  readonly lake: string
  readonly tables: TableReader
  readonly queryTimeoutMs: number
  readonly reportRetentionDays: number
  readonly print: Print
}
