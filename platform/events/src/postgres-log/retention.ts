import type { Database } from '@stoa/postgres'
import type { PruneOutcome } from '../event-log.ts'
import type { Topics } from './topics.ts'

interface UpkeepOutcome {
  readonly topic: string
  readonly events?: number
  readonly held?: readonly string[]
  readonly skipped?: readonly { readonly group: string; readonly events: number }[]
}

/** Sets the retention of a topic. */
export async function setRetention(
  database: Database,
  topics: Topics,
  name: string,
  retentionMs: number | undefined,
): Promise<void> {
  await topics.ensure(name)
  await database.transaction(({ sql }) => sql`select event_log_set_retention(${name}, ${retentionMs ?? null}::bigint)`)
}

/** Creates the next time partitions in advance, and drops those that are older than the retention of their topic. */
export async function prune(database: Database, isForced: boolean): Promise<PruneOutcome> {
  const outcomes = await database.transaction(async ({ sql }) => {
    const [row] = await sql<{ outcomes: readonly UpkeepOutcome[] }>`select event_log_maintain(${isForced}) as outcomes`
    return row?.outcomes ?? []
  })
  return {
    events: outcomes.reduce((sum, { events = 0 }) => sum + events, 0),
    held: outcomes.flatMap(({ topic, held = [] }) => held.map((group) => ({ topic, group }))),
    skipped: outcomes.flatMap(({ topic, skipped = [] }) => skipped.map((each) => ({ topic, ...each }))),
  }
}
