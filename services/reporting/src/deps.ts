import type { Tx, WriteHandle } from '@stoa/contract'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'
import type { OneAtATime } from './domain/one-at-a-time.ts'

/** What the use cases of reporting are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly database: Database
  readonly makeTx: (handle: WriteHandle) => Tx<ReportingService>
  readonly logger: Logger
  readonly retentionDays: number
  /** The largest file of a report. */
  readonly mostFileBytes: number
  readonly pdfInTurn: OneAtATime
}
