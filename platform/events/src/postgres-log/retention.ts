import type { Database } from '@stoa/postgres'
import type { Topics } from './topics.ts'

const rowsPerDelete = 10_000

/** Sets how long the events of a topic are kept. */
export async function setRetention(
  database: Database,
  topics: Topics,
  name: string,
  retentionMs: number | undefined,
): Promise<void> {
  const { id } = await topics.ensure(name)
  await database.transaction(
    ({ sql }) => sql`update event_topics set retention_ms = ${retentionMs ?? null} where id = ${id}`,
  )
}

/** Deletes what is older than its topic's retention, in portions that hold no lock for long. */
export async function prune(database: Database): Promise<number> {
  let pruned = 0
  for (;;) {
    const rows = await database.transaction(
      ({ sql }) => sql`
        delete from event_log where ctid = any(array(
          select l.ctid from event_topics t join event_log l on l.topic = t.id
          where t.retention_ms is not null and l.appended_at < now() - t.retention_ms * interval '1 millisecond'
          limit ${rowsPerDelete}
        )) returning 1`,
    )
    pruned += rows.length
    if (rows.length < rowsPerDelete) return pruned
  }
}
