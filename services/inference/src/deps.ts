import type { Tx } from '@stoa/contract'
import type { InferenceService } from '@stoa/contracts/inference/service'
import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'

/** What the use cases of inference are made with. */
export interface Deps {
  readonly clock: Clock
  readonly database: Database
  readonly makeTx: (handle: Parameters<Parameters<Database['transaction']>[0]>[0]) => Tx<InferenceService>
}
