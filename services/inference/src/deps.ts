import type { Tx } from '@stoa/contract'
import type { InferenceService } from '@stoa/contracts/inference/service'
import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { WordVectors } from './domain/embed.ts'
import type { TextIndex } from './vectors/text-index.ts'

/** What the use cases of inference are made with. */
export interface Deps {
  readonly clock: Clock
  readonly database: Database
  /** The vectors of words, which are read when they are first needed. */
  readonly words: () => WordVectors
  readonly products: TextIndex
  readonly makeTx: (handle: Parameters<Parameters<Database['transaction']>[0]>[0]) => Tx<InferenceService>
}
