import { repeatedPart, type Part } from '@stoa/kernel/part'
import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'
import { purgeIdempotencyRecords } from './records.ts'

const purgeEveryMs = 600_000

/** The part that removes expired records of idempotency keys. */
export function idempotencyPart(database: Database, logger: Logger): Part {
  return repeatedPart('purge of idempotency records', purgeEveryMs, {
    run: () => purgeIdempotencyRecords(database),
    onFailure: (error) => logger.warn('old idempotency records were not purged', { error }),
  })
}
