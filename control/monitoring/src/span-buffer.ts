import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { StoredSpan, Telemetry } from '@stoa/telemetry'
import { makeIntakeBuffer, type IntakeBuffer } from './intake-buffer.ts'
import { insertSpans } from './store/insert-spans.ts'
import { deletePortion, findCutoff, type Outside, type Retention } from './store/prune.ts'

/** Holds received spans until they are stored. */
export type SpanBuffer = IntakeBuffer<StoredSpan>

/** The options of a buffer of what has been received. */
export interface BufferOptions {
  readonly database: Database
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly retention: Retention
  readonly intervalMs?: number
}

/** Makes the buffer of spans. After every sixteenth part of the storage it deletes what exceeds the limit. */
export function makeSpanBuffer({ database, clock, telemetry, retention, intervalMs }: BufferOptions): SpanBuffer {
  return makeIntakeBuffer({
    telemetry,
    signal: { metric: 'spans', what: 'spans' },
    store: (spans) => database.transaction((tx) => insertSpans(tx, spans, clock.now())),
    prune: () => prune(database, retention, clock),
    pruneAfterBytes: retention.maxBytes / 16,
    intervalMs,
  })
}

// What begins more than an hour after its arrival is refused.
const furthestAheadHours = 2

/** Deletes what is too old or too much, and what a clock that has been set back left in the future, in portions. */
export async function prune(database: Database, retention: Retention, clock: Clock): Promise<void> {
  const now = clock.now()
  const remove = async (outside: Outside) => {
    while (await database.transaction((tx) => deletePortion(tx, outside)));
  }
  // It would count as the latest, and be kept instead of what arrives.
  await remove({ after: now.add({ hours: furthestAheadHours }) })
  await remove({ before: await findCutoff(database.read, retention, now) })
}
