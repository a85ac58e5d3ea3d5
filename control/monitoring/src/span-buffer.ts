import { isAppError, type Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { runWithoutContext, type StoredSpan, type Telemetry } from '@stoa/telemetry'
import { insertSpans } from './store/insert-spans.ts'
import { deletePortion, findCutoff, type Retention } from './store/prune.ts'

/** Holds received spans for a moment and stores them together, so that senders never wait for the database. */
export interface SpanBuffer {
  /** Adds the spans of a body of that size. Returns false if the database does not keep up: the spans are then dropped and counted. */
  readonly add: (spans: readonly StoredSpan[], bodyBytes: number) => boolean
  /** Resolves when all that was added before is stored or dropped. */
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}

interface SpanBufferOptions {
  readonly database: Database
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly retention: Retention
  readonly intervalMs?: number
}

const maxHeld = 20_000
/** Of the bodies that the spans came in: few spans can be large. */
const maxHeldBytes = 32 * 1_048_576
const spansPerInsert = 2_000

/** The spans of one body. */
interface Held {
  readonly spans: readonly StoredSpan[]
  readonly bodyBytes: number
}

/**
 * Makes a buffer of at most 20,000 spans and 32 MiB, stored every 500 ms; a crash loses those of the last moment. After every sixteenth
 * part of the storage it deletes what exceeds the limit.
 */
export function makeSpanBuffer(options: SpanBufferOptions): SpanBuffer {
  const { database, clock, retention, intervalMs = 500 } = options
  const count = countersOf(options.telemetry)
  const held: Held[] = []
  let heldSpans = 0
  let heldBytes = 0
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let bytesSincePruned = 0

  function take(): StoredSpan[] {
    const batch: StoredSpan[] = []
    while (batch.length < spansPerInsert) {
      const next = held.shift()
      if (next === undefined) break
      heldSpans -= next.spans.length
      heldBytes -= next.bodyBytes
      batch.push(...next.spans)
    }
    return batch
  }

  async function write(): Promise<void> {
    // What arrives meanwhile has a timer of its own: a read would otherwise wait as long as spans arrive.
    for (let left = heldSpans; left > 0;) {
      const batch = take()
      left -= batch.length
      try {
        bytesSincePruned += await database.transaction((tx) => insertSpans(tx, batch, clock.now()))
        count.stored(batch.length)
      } catch (error) {
        count.dropped(batch.length, isAppError(error) ? error.code : 'failed', error)
      }
    }
    if (bytesSincePruned < retention.maxBytes / 16) return
    bytesSincePruned = 0
    await prune(database, retention, clock).catch((error: unknown) => count.notPruned(error))
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(() => runWithoutContext(write))
    return writing
  }

  return {
    add(spans, bodyBytes) {
      if (heldSpans + spans.length > maxHeld || heldBytes + bodyBytes > maxHeldBytes) {
        count.dropped(spans.length, 'saturated')
        return false
      }
      held.push({ spans, bodyBytes })
      heldSpans += spans.length
      heldBytes += bodyBytes
      timer ??= setTimeout(() => void flush(), intervalMs).unref()
      return true
    },
    flush,
    close: flush,
  }
}

// A span that begins more than an hour after its arrival is refused.
const furthestAheadHours = 2

/** Deletes what is too old or too much, and what a clock that has been set back left in the future, in portions. */
export async function prune(database: Database, retention: Retention, clock: Clock): Promise<void> {
  const now = clock.now()
  const after = now.add({ hours: furthestAheadHours })
  while (await database.transaction((tx) => deletePortion(tx, { after })));
  // It would count as the latest, and be kept instead of what arrives.
  const before = await findCutoff(database.read, retention, now)
  while (await database.transaction((tx) => deletePortion(tx, { before })));
}

function countersOf({ metrics, logger }: Telemetry) {
  const stored = metrics.counter('monitoring_spans_stored_total', 'Spans that were stored')
  const dropped = metrics.counter('monitoring_spans_dropped_total', 'Received spans that could not be stored', [
    'reason',
  ])
  return {
    stored: (count: number) => stored.add(count),
    dropped(count: number, reason: string, error?: unknown) {
      dropped.add(count, { reason })
      if (error !== undefined) logger.warn('received spans were dropped', { count, error })
    },
    notPruned: (error: unknown) => logger.warn('old spans could not be deleted', { error }),
  }
}
