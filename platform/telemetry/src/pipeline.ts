/** Some items of a batch could not be written; the others were. */
export class ItemsDropped extends Error {
  override readonly name = 'ItemsDropped'
  readonly count: number

  constructor(count: number, cause: unknown) {
    super(`${count} items of a batch were dropped`, { cause })
    this.count = count
  }
}

/** A destination of items, which come in batches. A rejected write counts its items as dropped, unless it is with ItemsDropped. */
export interface Sink<Item> {
  write(items: readonly Item[]): Promise<void>
  /** Resolves when all writes have ended; a sink that waits before it repeats a write no longer does. */
  close(): Promise<void>
}

/** Collects items and passes them on in batches. */
export interface Pipeline<Item> {
  add(item: Item): void
  /** Resolves when the sinks have written every item added so far, or it has been dropped. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** The options of a pipeline. */
export interface PipelineOptions<Item> {
  readonly sinks: readonly Sink<Item>[]
  /** Called with the number of dropped items and the reason. */
  readonly onDropped: (count: number, error: unknown) => void
  /** What is dropped when items are added faster than they are written, as a sentence. */
  readonly tooFast: string
  /** Changes an item off the hot path. */
  readonly prepare?: (item: Item) => Item
  /** Items that may use the last quarter of the memory, which others may not. */
  readonly isImportant?: (item: Item) => boolean
  readonly intervalMs?: number | undefined
  readonly maxHeld?: number | undefined
}

const batchSize = 512

/** Batches items every 500 ms or at 512, holding at most 4,096; adding one never waits. */
export function makePipeline<Item>(options: PipelineOptions<Item>): Pipeline<Item> {
  const { sinks, onDropped, prepare, isImportant, intervalMs = 500, maxHeld = 4_096 } = options
  let held: Item[] = []
  let timer: NodeJS.Timeout | undefined
  const writing = new Set<Promise<void>>()

  const hand = () => {
    clearTimeout(timer)
    timer = undefined
    if (held.length === 0) return
    const batch = prepare === undefined ? held : held.map(prepare)
    held = []
    for (const sink of sinks) {
      const write = sink.write(batch).catch((error: unknown) => {
        if (error instanceof ItemsDropped) onDropped(error.count, error.cause)
        else onDropped(batch.length, error)
      })
      writing.add(write)
      void write.then(() => writing.delete(write))
    }
  }
  const limitFor = (item: Item) => (isImportant === undefined || isImportant(item) ? maxHeld : maxHeld * 0.75)

  return {
    add(item) {
      if (sinks.length === 0) return
      if (held.length >= limitFor(item)) return onDropped(1, new Error(options.tooFast))
      held.push(item)
      if (held.length === batchSize) setImmediate(hand)
      timer ??= setTimeout(hand, intervalMs).unref()
    },
    async flush() {
      hand()
      await Promise.all(writing)
    },
    async close() {
      hand()
      await Promise.all(sinks.map((sink) => sink.close()))
      await Promise.all(writing)
    },
  }
}
