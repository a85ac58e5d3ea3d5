import type { DatabaseLog } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'

/** Writes the events of a database to the log of the service. */
export function databaseLog({ logger }: Telemetry): DatabaseLog {
  return {
    info: (fields, message) => logger.info(message, { ...fields }),
    warn: (fields, message) => logger.warn(message, { ...fields }),
  }
}
