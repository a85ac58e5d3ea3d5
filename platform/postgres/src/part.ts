import type { HealthFacts, Part } from '@stoa/kernel/part'
import type { Database } from './database.ts'

/** The part of an open database, without which a service is not ready; closes its connections. */
export function databasePart(database: Database): Part {
  return {
    name: 'database',
    stop: () => database.close(),
    dependencies: { database: { check: () => examine(database), isRequired: true } },
  }
}

/** Returns how far the clock of this process is ahead of that of the database. */
async function examine({ read }: Database): Promise<HealthFacts> {
  const sentAt = Date.now()
  const [row] = await read.sql<{ now_ms: number }>`
    select extract(epoch from clock_timestamp())::float8 * 1000 as now_ms`
  const middle = (sentAt + Date.now()) / 2
  return { clockDifferenceMs: Math.round(middle - (row?.now_ms ?? middle)) }
}
