import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'

/** What the use cases of analytics are made with. */
export interface Deps {
  readonly clock: Clock
  readonly database: Database
  readonly retentionDays: number
}
