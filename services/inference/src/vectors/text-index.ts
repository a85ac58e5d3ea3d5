import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'
import { embed, type WordVectors } from '../domain/embed.ts'
import { changedTexts, pageOfTexts, readHorizon, type StoredVector, type TextKind } from '../store/texts.ts'
import { NamedVectors } from './named-vectors.ts'
import type { Neighbour } from './vector-list.ts'

interface IndexOptions {
  readonly kind: TextKind
  readonly database: Pick<Database, 'read'>
  readonly words: () => WordVectors
  /** The texts beyond are not found. */
  readonly mostVectors: number
  readonly logger: Logger
}

const firstId = '00000000-0000-0000-0000-000000000000'
const pageSize = 500
/** Age at which an index looks for what has changed before it is searched. */
const freshMs = 500

/** The vectors of the texts of a kind in the memory of this process: read when they are first needed, and then followed. */
export class TextIndex {
  readonly #options: IndexOptions
  readonly #vectors: NamedVectors
  /** Transactions from this one on may have changed texts that were not read. */
  #horizon: string | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
  #isFull = false

  constructor(options: IndexOptions) {
    this.#options = options
    this.#vectors = new NamedVectors(options.mostVectors)
  }

  /** The vector of a text; undefined if the text is not in the index. */
  async vectorOf(id: string): Promise<Float32Array | undefined> {
    await this.#refresh()
    return this.#vectors.get(id)
  }

  /** The texts nearest to a vector, nearest first, with the cosines of their angles. */
  async nearest(vector: Float32Array, count: number): Promise<Neighbour[]> {
    await this.#refresh()
    return this.#vectors.nearest(vector, count)
  }

  async #refresh(): Promise<void> {
    if (performance.now() - this.#readAt < freshMs) return
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    await this.#reading
  }

  async #read(): Promise<void> {
    const { kind, database } = this.#options
    const startedAt = performance.now()
    const since = this.#horizon
    const next = await readHorizon(database.read)
    let after = firstId
    let page: StoredVector[]
    do {
      page = await (since === undefined
        ? pageOfTexts(database.read, kind, after, pageSize)
        : changedTexts(database.read, kind, { horizon: since, after, limit: pageSize }))
      for (const text of page) this.#put(text)
      after = page.at(-1)?.id ?? after
    } while (page.length === pageSize)
    this.#horizon = next
    this.#readAt = startedAt
  }

  #put(text: StoredVector): void {
    const { kind, words, mostVectors, logger } = this.#options
    const vector = text.isDeleted ? undefined : vectorOf(text, words())
    if (vector === undefined) return this.#vectors.remove(text.id)
    if (this.#vectors.put(text.id, vector) || this.#isFull) return
    this.#isFull = true
    logger.warn('there are more texts than are compared; raise INFERENCE_MAX_VECTORS', { kind, mostVectors })
  }
}

/** The stored vector, or a new one if another release has stored it with other word vectors. */
function vectorOf({ model, title, body, vector }: StoredVector, words: WordVectors): Float32Array | undefined {
  if (model !== words.model) return embed(words, `${title}. ${body}`)
  const bytes = Uint8Array.from(vector)
  return bytes.length === words.dimensions * 4 ? new Float32Array(bytes.buffer) : undefined
}
