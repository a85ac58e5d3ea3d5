import type { Tx, WriteHandle } from '@stoa/contract'
import type { SalesService } from '@stoa/contracts/sales/service'
import type { Projections } from '@stoa/eventsourcing'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'

/** What the use cases of sales are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly logger: Logger
  readonly database: Database
  readonly makeTx: (handle: WriteHandle) => Tx<SalesService>
  readonly projections: Projections
}
