import type { Tx } from '@stoa/contract'
import type { StreamingService } from '@stoa/contracts/streaming/service'
import type { BatchControl } from '@stoa/events'
import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { AnyStream, StreamName } from './engine/stream.ts'

/** What the use cases of streaming are made with. */
export interface Deps {
  readonly clock: Clock
  readonly database: Database
  readonly makeTx: (handle: Parameters<Parameters<Database['transaction']>[0]>[0]) => Tx<StreamingService>
  readonly batches: BatchControl<StreamName>
  readonly streams: Readonly<Record<StreamName, AnyStream>>
}
