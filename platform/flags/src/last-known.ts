import { json, type Database, type MigrationSet } from '@stoa/postgres'
import type { Snapshot } from './snapshot.ts'

/** The table in the database of a service that keeps what config told it last, for a start without config. */
export const flagsMigrations: MigrationSet = {
  name: 'flags',
  migrations: [
    {
      name: '0001-last-known-config',
      sql: `create table last_known_config (
        is_only boolean primary key default true check (is_only),
        snapshot jsonb not null
      )`,
    },
  ],
}

/** Reads what config told this service last. */
export async function readLastKnown({ read }: Database): Promise<Snapshot | undefined> {
  const [row] = await read.sql<{ snapshot: Snapshot }>`select snapshot from last_known_config`
  return row?.snapshot
}

/** Keeps a snapshot. Replicas write the same one, so the last write wins. */
export async function writeLastKnown(database: Database, snapshot: Snapshot): Promise<void> {
  await database.transaction(
    (tx) => tx.sql`
      insert into last_known_config (snapshot) values (${json(snapshot)})
      on conflict (is_only) do update set snapshot = excluded.snapshot`,
  )
}
