import type { EventType, WriteHandle } from '@stoa/contract'
import { json, type Database } from '@stoa/postgres'

/** A topic as this driver keeps it. */
export interface Topic {
  readonly id: number
  readonly name: string
  readonly partitions: number
}

const partitionsPerTopic = 16

/** Finds topics by name and makes those that are missing. */
export interface Topics {
  readonly ensure: (name: string) => Promise<Topic>
  /** Forgets what is known of a topic, because the database said otherwise. */
  readonly forget: (name: string) => void
}

/** The channel on which a topic's appends are told. */
export function channelOf(topic: string): string {
  return `events:${topic}`
}

/** The channel on which new event types are told. */
export const typesChannel = 'event-types'

/** The channel on which members of a group hear that something about their shares has changed. */
export function groupChannelOf(group: string): string {
  return `group:${group}`
}

export function makeTopics(database: Database): Topics {
  const known = new Map<string, Promise<Topic>>()
  return {
    ensure(name) {
      const topic = known.get(name) ?? ensureTopic(database, name)
      known.set(name, topic)
      topic.catch(() => known.delete(name))
      return topic
    },
    forget: (name) => void known.delete(name),
  }
}

async function ensureTopic(database: Database, name: string): Promise<Topic> {
  const found = await findTopic(database, name)
  if (found !== undefined) return found
  await database.transaction(async ({ sql }) => {
    await sql`insert into event_topics (name) values (${name}) on conflict (name) do nothing`
    await sql`
      insert into event_partitions (topic, part)
      select t.id, part from event_topics t, generate_series(0, ${partitionsPerTopic - 1}::int) as part where t.name = ${name}
      on conflict do nothing`
  })
  const made = await findTopic(database, name)
  if (made === undefined) throw new Error(`topic ${name} could not be made`)
  return made
}

async function findTopic({ read }: Database, name: string): Promise<Topic | undefined> {
  const [row] = await read.sql<{ id: number; partitions: number }>`
    select t.id, (select count(*)::int from event_partitions p where p.topic = t.id) as partitions
    from event_topics t where t.name = ${name}`
  return row === undefined || row.partitions === 0 ? undefined : { ...row, name }
}

/** Says which types stand in a topic; what is declared already costs one read. */
export async function declareTypes(database: Database, topic: Topic, types: readonly EventType[]): Promise<void> {
  const schemas = types.map(({ data }) => JSON.stringify(data))
  const columns = [types.map(({ type }) => type), types.map(({ version }) => version), schemas] as const
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

async function declareType({ sql }: WriteHandle, topic: Topic, { type, version, data }: EventType): Promise<void> {
  await sql`
    insert into event_types (type, version, topic, schema) values (${type}, ${version}, ${topic.id}, ${json(data)})
    on conflict (type, version) do update set topic = excluded.topic, schema = excluded.schema`
}
