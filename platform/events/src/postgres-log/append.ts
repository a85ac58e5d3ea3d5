import type { Sql } from '@stoa/contract'
import { fragment, sendWithCommit, type Database } from '@stoa/postgres'
import { BatchOutOfSequence, type AppendBatch } from '../event-log.ts'
import { partitionOf } from '../partition.ts'
import { channelOf, type Topic, type Topics } from './topics.ts'

const maxPayloadBytes = 7_000

/** Appends a batch in one statement and tells the topic's listeners once it is in. */
export async function append(database: Database, topics: Topics, batch: AppendBatch): Promise<'appended' | 'repeated'> {
  const topic = await topics.ensure(batch.topic)
  if (batch.records.length === 0) return 'appended'
  let isNew = false
  await database.transaction(async (tx) => {
    // Sent together with BEGIN and COMMIT: one round trip.
    sendWithCommit(tx, async () => {
      isNew = await insert(tx.sql, topic, batch)
    })
  })
  const outcome = isNew ? 'appended' : await explain(database, topics, batch)
  // Also for a repeated batch: whoever sent it first may have died before it could tell.
  database.notify(channelOf(topic.name), typesIn(batch)).catch(() => {})
  return outcome
}

function typesIn({ records }: AppendBatch): string {
  const types = [...new Set(records.map(({ type }) => type))].join(',')
  return types.length > maxPayloadBytes ? '' : types
}

async function insert(sql: Sql, topic: Topic, { producer, records }: AppendBatch): Promise<boolean> {
  const parts = records.map(({ key }) => partitionOf(key, topic.partitions))
  const ids = records.map(({ id }) => id)
  const types = records.map(({ type }) => type)
  const events = `[${records.map(({ event }) => event).join(',')}]`
  // The row of the producer is taken first: a batch that was sent twice waits here for its first sending.
  const admission = fragment`
    select 1 from event_topics where id = ${topic.id}::smallint`
  const numbered =
    producer === undefined
      ? admission
      : fragment`
        insert into event_producers as p (name, last_batch, first_event_id)
        select ${producer.name}, ${producer.batch}::bigint, ${ids[0]}::uuid
        where exists (${admission})
        on conflict (name) do update set last_batch = excluded.last_batch, first_event_id = excluded.first_event_id
        where p.last_batch < excluded.last_batch
        returning 1`
  const rows = await sql`
    with admitted as (${numbered}),
    batch as materialized (
      select b.part, b.id, b.type, b.event, row_number() over (partition by b.part order by b.nth) - 1 as step
      from rows from (
        unnest(${parts}::smallint[]), unnest(${ids}::uuid[]), unnest(${types}::text[]), json_array_elements(${events}::json)
      ) with ordinality as b(part, id, type, event, nth), admitted
    ),
    counts as (select part, count(*) as events from batch group by part),
    locked as materialized (
      select part from event_partitions
      where topic = ${topic.id} and part in (select part from counts)
      order by part for no key update
    ),
    heads as (
      update event_partitions p set next_position = p.next_position + c.events
      from counts c join locked using (part)
      where p.topic = ${topic.id} and p.part = c.part
      returning p.part, p.next_position - c.events as base
    ),
    appended as (
      insert into event_log (topic, part, position, event_id, type, event)
      select ${topic.id}::smallint, b.part, h.base + b.step, b.id, b.type, b.event from batch b join heads h using (part)
    )
    select 1 from admitted`
  return rows.length > 0
}

async function explain(database: Database, topics: Topics, batch: AppendBatch): Promise<'repeated'> {
  const { producer, records } = batch
  const [last] = await database.read.sql<{ last_batch: number; first_event_id: string }>`
    select last_batch, first_event_id from event_producers where name = ${producer?.name}`
  if (producer === undefined || last === undefined) {
    topics.forget(batch.topic)
    throw new Error(`topic ${batch.topic} is gone from the log`)
  }
  if (last.last_batch === producer.batch && last.first_event_id === records[0]?.id) return 'repeated'
  throw new BatchOutOfSequence(producer.name, producer.batch, last.last_batch)
}
