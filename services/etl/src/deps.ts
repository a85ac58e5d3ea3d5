import type { CatchUp } from '@stoa/events'
import type { Clock, NewId } from '@stoa/kernel'
import type { Duck, TableReader } from '@stoa/lake'
import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'

/** What the use cases of etl are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly database: Database
  readonly logger: Logger
  readonly caughtUp: (wait: { readonly groups: readonly string[]; readonly timeoutMs: number }) => Promise<CatchUp>
  readonly duck: Duck
  /** The folder of the tables of the lake. */
  readonly lake: string
  readonly tables: TableReader
  readonly versionRetentionDays: number
  readonly runRetentionDays: number
}
