import { fragment, type Database } from '@stoa/postgres'
import { termsOf } from '../terms.ts'
import { eventOf, summaryOf, type KafkaContent, type NumberedBatch, type RecordSummary } from './codec.ts'

/** Where a record is in Kafka, and what the log knows of it. */
export interface IndexRow extends RecordSummary {
  readonly part: number
  readonly offset: number
  readonly terms: readonly number[]
}

/** How far a partition is indexed. */
export interface Head {
  readonly part: number
  readonly position: number
  readonly offset: number
}

/** The row of a record; undefined for one that was not written by this log. */
export function indexRowOf(part: number, record: KafkaContent & { readonly offset: number }): IndexRow | undefined {
  const summary = summaryOf(record)
  return summary === undefined
    ? undefined
    : { ...summary, part, offset: record.offset, terms: termsOf(eventOf(record)) }
}

/** Adds rows to the index, and the numbers of their batches; what is there already is left as it is. */
export async function addToIndex(database: Database, topic: number, rows: readonly IndexRow[]): Promise<void> {
  const newest = new Map<string, NumberedBatch>()
  for (const { numbered } of rows)
    if (numbered !== undefined && numbered.batch > (newest.get(numbered.producer)?.batch ?? -1))
      newest.set(numbered.producer, numbered)
  const numbers = [...newest.values()]
  await database.transaction(
    ({ sql }) => sql`
      select event_log_index(
        ${topic}::smallint, ${numbers.map(({ producer }) => producer)}::text[], ${numbers.map(({ batch }) => batch)}::bigint[],
        ${numbers.map(({ firstEventId }) => firstEventId)}::uuid[],
        ${rows.map(({ part }) => part)}::smallint[], ${rows.map(({ position }) => position)}::bigint[],
        ${rows.map(({ offset }) => offset)}::bigint[], ${rows.map(({ id }) => id)}::uuid[],
        ${rows.map(({ type }) => type)}::text[], ${rows.map(({ terms }) => `{${terms.join(',')}}`)}::text[]
      )`,
  )
}

/** Reads how far the partitions of a topic are indexed. */
export function readHeads({ read }: Database, topic: number): Promise<Head[]> {
  return read.sql<Head>`
    select part, next_position as position, next_offset as "offset" from event_partitions where topic = ${topic} order by part`
}

/** Reads the number of the last batch of a producer that is indexed. */
export async function readLastBatch({ read }: Database, producer: string): Promise<NumberedBatch | undefined> {
  const [last] = await read.sql<NumberedBatch>`
    select name as producer, last_batch as batch, first_event_id as "firstEventId" from event_producers where name = ${producer}`
  return last
}

/** The offset of the first event at or behind position w.position of partition w.part of topic w.topic, if there is one. */
export const offsetBehind = fragment`(
  select l.kafka_offset from event_segment_starts b
  cross join lateral (
    select l.kafka_offset from event_log l
    where l.segment = b.segment and l.part = w.part and l.position >= w.position order by l.position limit 1
  ) l
  where b.topic = w.topic and b.part = w.part and b.first_position >= coalesce((
    select max(x.first_position) from event_segment_starts x
    where x.topic = w.topic and x.part = w.part and x.first_position <= w.position
  ), 0)
  order by b.first_position limit 1
)`
