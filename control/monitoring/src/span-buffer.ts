import { isAppError, type Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { runWithoutContext, type StoredSpan, type Telemetry } from '@stoa/telemetry'
import { insertSpans } from './store/insert-spans.ts'
import { deletePortion, findCutoff, type Retention } from './store/prune.ts'

/** Holds received spans for a moment and stores them together, so that senders never wait for the database. */
export interface SpanBuffer {
  /** Returns false if the database does not keep up: the spans are then dropped and counted. */
  readonly add: (spans: readonly StoredSpan[]) => boolean
  /** Resolves when all that was added is stored or dropped. */
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
const spansPerInsert = 2_000

/**
 * Makes a buffer of at most 20,000 spans, stored every 500 ms; a crash loses those of the last moment. After every sixteenth part of
 * the storage it deletes what exceeds the limit.
 */
export function makeSpanBuffer(options: SpanBufferOptions): SpanBuffer {
  const { database, clock, retention, intervalMs = 500 } = options
  const count = countersOf(options.telemetry)
  const held: StoredSpan[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let bytesSincePruned = 0

  async function write(): Promise<void> {
    while (held.length > 0) {
      const batch = held.splice(0, spansPerInsert)
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
    add(spans) {
      if (held.length + spans.length > maxHeld) {
        count.dropped(spans.length, 'saturated')
        return false
      }
      held.push(...spans)
      timer ??= setTimeout(() => void flush(), intervalMs).unref()
      return true
    },
    flush,
    close: flush,
  }
}

/** Deletes what is too old or too much, in portions. */
export async function prune(database: Database, retention: Retention, clock: Clock): Promise<void> {
  const before = await findCutoff(database.read, retention, clock.now())
  while (await database.transaction((tx) => deletePortion(tx, before)));
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
