import type { DatabaseLog } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'

/** What a database has to say, as lines of the service's log. */
export function databaseLog({ logger }: Telemetry): DatabaseLog {
  return {
    info: (fields, message) => logger.info(message, { ...fields }),
    warn: (fields, message) => logger.warn(message, { ...fields }),
  }
}
