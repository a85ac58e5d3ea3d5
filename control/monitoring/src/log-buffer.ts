import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { makeIntakeBuffer, type IntakeBuffer } from './intake-buffer.ts'
import type { ReceivedLogRecord } from './otlp/read-log-records.ts'
import type { BufferOptions } from './span-buffer.ts'
import { insertLogRecords } from './store/insert-log-records.ts'
import type { Outside, Retention } from './store/prune.ts'
import { deleteLogPortion, findLogCutoff } from './store/prune-logs.ts'

/** Holds received log records until they are stored. */
export type LogBuffer = IntakeBuffer<ReceivedLogRecord>

/** Makes the buffer of log records. After every sixteenth part of the storage it deletes what exceeds the limit. */
export function makeLogBuffer({ database, clock, telemetry, retention, intervalMs }: BufferOptions): LogBuffer {
  return makeIntakeBuffer({
    telemetry,
    signal: { metric: 'logs', what: 'log records' },
    store: (records) => database.transaction((tx) => insertLogRecords(tx, records)),
    prune: () => pruneLogs(database, retention, clock),
    pruneAfterBytes: retention.maxBytes / 16,
    intervalMs,
  })
}

// What is more than an hour ahead of its arrival is refused.
const furthestAheadHours = 2

/** Deletes what is too old or too much, and what a clock that has been set back left in the future, in portions. */
export async function pruneLogs(database: Database, retention: Retention, clock: Clock): Promise<void> {
  const now = clock.now()
  const remove = async (outside: Outside) => {
    while (await database.transaction((tx) => deleteLogPortion(tx, outside)));
  }
  await remove({ after: now.add({ hours: furthestAheadHours }) })
  await remove({ before: await findLogCutoff(database.read, retention, now) })
}
