import type { Sql } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import type { LogPosition, PartitionLag, SeekTarget } from '../event-log.ts'
import { groupChannelOf } from './channels.ts'

/** How far groups are behind, in the topics they are subscribed to now. */
export async function readLag({ read }: Database, group: string | null): Promise<PartitionLag[]> {
  return read.sql<{ group: string; topic: string; partition: number; position: number; head: number; lag: number }>`
    select g.name as group, t.name as topic, o.part as partition, greatest(o.position, p.first_position) as position,
      p.next_position as head, greatest(p.next_position - greatest(o.position, p.first_position), 0) as lag
    from consumer_groups g
    join consumer_offsets o on o.consumer_group = g.name and o.topic = any(g.topics)
    join event_partitions p on p.topic = o.topic and p.part = o.part
    join event_topics t on t.id = o.topic
    where ${group}::text is null or g.name = ${group}::text
    order by g.name, t.name, o.part`
}

/** The types that are declared now. */
export async function declaredTypes(sql: Sql): Promise<string[]> {
  const rows = await sql<{ type: string }>`select distinct type from event_types order by type`
  return rows.map(({ type }) => type)
}

/** A topic of a group, with the types that the group consumes. */
export interface EnrolledTopic {
  readonly id: number
  readonly name: string
  readonly types: readonly string[]
}

/** Adds types to a group, and creates its positions in new partitions; returns the topics of the types. */
export async function enrol(sql: Sql, group: string, types: readonly string[]): Promise<EnrolledTopic[]> {
  const topics = await sql<EnrolledTopic>`
    select t.id, t.name, array_agg(distinct e.type) as types
    from event_types e join event_topics t on t.id = e.topic
    where e.type = any(${types}::text[]) group by t.id order by t.id`
  const ids = topics.map(({ id }) => id)
  await sql`
    insert into consumer_groups as g (name, topics, types) values (${group}, ${ids}::smallint[], ${types}::text[])
    on conflict (name) do update set
      topics = array(select distinct unnest(g.topics || excluded.topics) order by 1),
      types = array(select distinct unnest(g.types || excluded.types) order by 1)
    where not (g.topics @> excluded.topics and g.types @> excluded.types)`
  await sql`
    insert into consumer_offsets (consumer_group, topic, part)
    select ${group}, topic, part from event_partitions where topic = any(${ids}::smallint[])
    on conflict do nothing`
  return topics
}

/** Sets positions of a group and ends their current ownership. */
export async function seek(
  database: Database,
  group: string,
  types: readonly string[],
  target: SeekTarget,
): Promise<void> {
  const given = typeof target === 'object' && 'positions' in target ? target.positions : undefined
  const since = typeof target === 'object' && 'since' in target ? target.since : null
  await database.transaction(async ({ sql }) => {
    const topics = await enrol(sql, group, types)
    const ids = topics.map(({ id }) => id)
    await sql`select pg_notify(${groupChannelOf(group)}, '')`
    if (given !== undefined) {
      const [names, parts] = [given.map(({ topic }) => topic), given.map(({ partition }) => partition)]
      await sql`
        update consumer_offsets o set position = w.position, member = null, epoch = o.epoch + 1, blocked_by = null
        from unnest(${names}::text[], ${parts}::smallint[], ${given.map(({ position }) => position)}::bigint[])
          as w(topic, part, position)
        join event_topics t on t.name = w.topic
        where o.consumer_group = ${group} and o.topic = t.id and o.part = w.part`
      return
    }
    await sql`
      update consumer_offsets o set member = null, epoch = o.epoch + 1, blocked_by = null, position =
        case
          when ${target === 'start'}::boolean then 0
          when ${target === 'end'}::boolean then p.next_position
          else event_log_position_since(o.topic, o.part, ${since}::timestamptz)
        end
      from event_partitions p
      where p.topic = o.topic and p.part = o.part and o.consumer_group = ${group} and o.topic = any(${ids}::smallint[])`
  })
}

/** Pauses or resumes all members of a group; returns false if the group does not exist. */
export async function setPaused(database: Database, group: string, isPaused: boolean): Promise<boolean> {
  const known = await database.transaction(
    ({ sql }) => sql`
      update consumer_groups set paused_at = case when ${isPaused}::boolean then coalesce(paused_at, now()) end
      where name = ${group} returning pg_notify(${groupChannelOf(group)}, '')`,
  )
  return known.length > 0
}

/** Since when a group is paused. */
export async function readPaused({ read }: Database, group: string): Promise<Temporal.Instant | undefined> {
  const [row] = await read.sql<{ paused_at: Temporal.Instant | null }>`
    select paused_at from consumer_groups where name = ${group}`
  return row?.paused_at ?? undefined
}

/** The first position of each partition of a topic that was appended at this time or later. */
export function positionsSince({ read }: Database, topic: string, since: Temporal.Instant): Promise<LogPosition[]> {
  return read.sql<{ topic: string; partition: number; position: number }>`
    select t.name as topic, p.part as partition, event_log_position_since(t.id, p.part, ${since}::timestamptz) as position
    from event_topics t join event_partitions p on p.topic = t.id
    where t.name = ${topic} order by p.part`
}
