import { isAppError } from '@stoa/kernel'
import { runWithoutContext, withLocalLogs, type LogFields, type Telemetry } from '@stoa/telemetry'

/** Holds what has been received for a moment and stores it together, so that senders never wait for the database. */
export interface IntakeBuffer<Item> {
  /** Adds the items of a body of that size. Returns false if the database does not keep up: they are then dropped and counted. */
  readonly add: (items: readonly Item[], bodyBytes: number) => boolean
  /** Resolves when all that was added before is stored or dropped. */
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}

interface IntakeBufferOptions<Item> {
  readonly telemetry: Telemetry
  readonly signal: Signal
  /** Stores items in one transaction, and returns their size in bytes. */
  readonly store: (items: readonly Item[]) => Promise<number>
  /** Deletes what exceeds the limit. */
  readonly prune: () => Promise<void>
  /** How much may be stored until the limit is checked. */
  readonly pruneAfterBytes: number
  readonly intervalMs?: number | undefined
}

/** How what is received is called in metrics and log lines. */
interface Signal {
  /** Of the metrics: `monitoring_NAME_stored_total`. */
  readonly metric: 'spans' | 'logs'
  readonly what: string
}

const maxHeld = 20_000
/** Of the bodies that the items came in: few items can be large. */
const maxHeldBytes = 32 * 1_048_576
const itemsPerInsert = 2_000

/** The items of one body. */
interface Held<Item> {
  readonly items: readonly Item[]
  readonly bodyBytes: number
}

/** Makes a buffer of at most 20,000 items and 32 MiB, stored every 500 ms; a crash loses those of the last moment. */
export function makeIntakeBuffer<Item>(options: IntakeBufferOptions<Item>): IntakeBuffer<Item> {
  const { store, prune, pruneAfterBytes, intervalMs = 500 } = options
  const count = countersOf(options.telemetry, options.signal)
  const held: Held<Item>[] = []
  let heldItems = 0
  let heldBytes = 0
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let bytesSincePruned = 0

  function take(): Item[] {
    const batch: Item[] = []
    while (batch.length < itemsPerInsert) {
      const next = held.shift()
      if (next === undefined) break
      heldItems -= next.items.length
      heldBytes -= next.bodyBytes
      batch.push(...next.items)
    }
    return batch
  }

  async function write(): Promise<void> {
    // What arrives meanwhile has a timer of its own: a read would otherwise wait as long as items arrive.
    for (let left = heldItems; left > 0;) {
      const batch = take()
      left -= batch.length
      try {
        bytesSincePruned += await store(batch)
        count.stored(batch.length)
      } catch (error) {
        count.dropped(batch.length, isAppError(error) ? error.code : 'failed', error)
      }
    }
    if (bytesSincePruned < pruneAfterBytes) return
    bytesSincePruned = 0
    await prune().catch((error: unknown) => count.notPruned(error))
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(() => runWithoutContext(write))
    return writing
  }

  return {
    add(items, bodyBytes) {
      if (heldItems + items.length > maxHeld || heldBytes + bodyBytes > maxHeldBytes) {
        count.dropped(items.length, 'saturated')
        return false
      }
      held.push({ items, bodyBytes })
      heldItems += items.length
      heldBytes += bodyBytes
      timer ??= setTimeout(() => void flush(), intervalMs).unref()
      return true
    },
    flush,
    close: flush,
  }
}

function countersOf({ metrics, logger }: Telemetry, { metric, what }: Signal) {
  const stored = metrics.counter(`monitoring_${metric}_stored_total`, `Received ${what} that were stored`)
  const dropped = metrics.counter(`monitoring_${metric}_dropped_total`, `Received ${what} that could not be stored`, [
    'reason',
  ])
  // An exported line would be received here, and dropped again.
  const warn = (message: string, fields: LogFields) => withLocalLogs(() => logger.warn(message, fields))
  return {
    stored: (count: number) => stored.add(count),
    dropped(count: number, reason: string, error?: unknown) {
      dropped.add(count, { reason })
      if (error !== undefined) warn(`received ${what} were dropped`, { count, error })
    },
    notPruned: (error: unknown) => warn(`old ${what} could not be deleted`, { error }),
  }
}
