import type { EventType, WriteHandle } from '@stoa/contract'
import { json, type Database } from '@stoa/postgres'
import { typesChannel } from '../groups/channels.ts'
import { logTypeOf } from '../log-type.ts'

/** A topic of this driver. */
export interface Topic {
  readonly id: number
  readonly name: string
  readonly partitions: number
  /** The cluster and topic of Kafka that have the events; null if the database of the log has them. */
  readonly kafkaTopic: string | null
}

const partitionsPerTopic = 16

/** Finds topics by name and creates missing ones. */
export interface Topics {
  readonly ensure: (name: string) => Promise<Topic>
  /** Drops the cached topic after the database returned a different state. */
  readonly forget: (name: string) => void
}

/** Makes the cache of topics; `settle` sees to it that the events of a topic are kept where this process keeps them. */
export function makeTopics(database: Database, settle: (topic: Topic) => Promise<void>): Topics {
  const known = new Map<string, Promise<Topic>>()
  return {
    ensure(name) {
      const topic = known.get(name) ?? ensureTopic(database, name, settle)
      known.set(name, topic)
      topic.catch(() => known.delete(name))
      return topic
    },
    forget: (name) => void known.delete(name),
  }
}

async function ensureTopic(database: Database, name: string, settle: (topic: Topic) => Promise<void>): Promise<Topic> {
  const topic = (await findTopic(database, name)) ?? (await makeTopic(database, name))
  await settle(topic)
  return topic
}

async function makeTopic(database: Database, name: string): Promise<Topic> {
  await database.transaction(({ sql }) => sql`select event_log_ensure_topic(${name}, ${partitionsPerTopic})`)
  const made = await findTopic(database, name)
  if (made === undefined) throw new Error(`topic ${name} could not be created`)
  return made
}

/** Refuses a topic whose events the database of the log does not have. */
export async function settleHere({ name, kafkaTopic }: Topic): Promise<void> {
  if (kafkaTopic !== null) throw eventsInKafka(name, kafkaTopic)
}

/** The error of a process that is to work with events in Kafka, but has no settings for it. */
export function eventsInKafka(topic: string, kafkaTopic?: string): Error {
  return new Error(
    `the events of ${topic} are in Kafka${kafkaTopic === undefined ? '' : ` as ${kafkaTopic}`}: set KAFKA_BROKERS`,
  )
}

async function findTopic({ read }: Database, name: string): Promise<Topic | undefined> {
  const [row] = await read.sql<Omit<Topic, 'name'>>`
    select t.id, t.kafka_topic as "kafkaTopic", (select count(*)::int from event_partitions p where p.topic = t.id) as partitions
    from event_topics t where t.name = ${name}`
  return row === undefined || row.partitions === 0 ? undefined : { ...row, name }
}

/** Declares the types of a topic; if they are already declared, this costs one read. */
export async function declareTypes(database: Database, topic: Topic, types: readonly EventType[]): Promise<void> {
  const schemas = types.map(({ data }) => JSON.stringify(data))
  const columns = [types.map(logTypeOf), types.map(({ version }) => version), schemas] as const
  const [missing] = await database.read.sql<{ count: number }>`
    select count(*)::int as count
    from unnest(${columns[0]}::text[], ${columns[1]}::text[], ${columns[2]}::text[]) as d(type, version, schema)
    where not exists (
      select from event_types e
      where e.type = d.type and e.version = d.version and e.topic = ${topic.id} and e.schema::text = d.schema
    )`
  if (missing?.count === 0) return
  await database.transaction(async (tx) => {
    for (const each of types) await declareType(tx, topic, each)
    await tx.sql`select pg_notify(${typesChannel}, '')`
  })
}

async function declareType({ sql }: WriteHandle, topic: Topic, type: EventType): Promise<void> {
  await sql`select event_log_declare_type(${topic.name}, ${logTypeOf(type)}, ${type.version}, ${json(type.data)})`
}
