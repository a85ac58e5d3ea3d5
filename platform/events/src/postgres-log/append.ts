import type { Sql } from '@stoa/contract'
import { sendWithCommit, type Database } from '@stoa/postgres'
import { BatchOutOfSequence, type AppendBatch } from '../event-log.ts'
import { channelOf, typesIn } from '../groups/channels.ts'
import { partitionOf } from '../partition.ts'
import { termsOf } from '../terms.ts'
import type { Topic, Topics } from './topics.ts'

/** Appends a batch in one statement, and then notifies the listeners of the topic. */
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
  // Also for a repeated batch: the first sender may have died before the notification.
  database.notify(channelOf(topic.name), typesIn(batch)).catch(() => {})
  return outcome
}

async function insert(sql: Sql, topic: Topic, { producer, records }: AppendBatch): Promise<boolean> {
  const parts = records.map(({ key }) => partitionOf(key, topic.partitions))
  const ids = records.map(({ id }) => id)
  const types = records.map(({ type }) => type)
  const terms = records.map(({ event }) => `{${termsOf(event).join(',')}}`)
  const events = `[${records.map(({ event }) => event).join(',')}]`
  const [row] = await sql<{ is_new: boolean }>`
    select event_log_append(
      ${topic.id}::smallint, ${producer?.name ?? null}::text, ${producer?.batch ?? null}::bigint,
      ${parts}::smallint[], ${ids}::uuid[], ${types}::text[], ${terms}::text[], ${events}::json
    ) as is_new from event_topics where id = ${topic.id} and kafka_topic is null`
  return row?.is_new === true
}

async function explain(database: Database, topics: Topics, batch: AppendBatch): Promise<'repeated'> {
  const { producer, records } = batch
  const [last] = await database.read.sql<{ last_batch: number; first_event_id: string }>`
    select last_batch, first_event_id from event_producers where name = ${producer?.name}`
  if (producer === undefined || last === undefined) {
    topics.forget(batch.topic)
    throw new Error(`topic ${batch.topic} was removed from the log`)
  }
  if (last.last_batch === producer.batch && last.first_event_id === records[0]?.id) return 'repeated'
  throw new BatchOutOfSequence(producer.name, producer.batch, last.last_batch)
}
