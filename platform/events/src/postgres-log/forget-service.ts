import type { Database } from '@stoa/postgres'

/**
 * Forgets the position of a service whose database has been emptied: it consumes the log from its start again, and numbers
 * its batches from 1. The events that it has appended stay. Only the log's owner can; the service must not run.
 */
export async function forgetService(database: Database, service: string): Promise<void> {
  await database.transaction(({ sql }) =>
    Promise.all([
      sql`delete from event_producers where name = ${service}`,
      sql`delete from consumer_offsets where split_part(consumer_group, '.', 1) = ${service}`,
      sql`delete from consumer_members where split_part(consumer_group, '.', 1) = ${service}`,
      sql`delete from consumer_releases where split_part(consumer_group, '.', 1) = ${service}`,
      sql`delete from consumer_groups where split_part(name, '.', 1) = ${service}`,
    ]),
  )
}
