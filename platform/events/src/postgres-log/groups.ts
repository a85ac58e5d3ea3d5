import type { Sql } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import type { PartitionLag, SeekTarget } from '../event-log.ts'
import { groupChannelOf } from './topics.ts'

/** How far groups are behind, in the topics they are subscribed to now. */
export async function readLag({ read }: Database, group: string | null): Promise<PartitionLag[]> {
  return read.sql<{ group: string; topic: string; partition: number; position: number; head: number; lag: number }>`
    select g.name as group, t.name as topic, o.part as partition, o.position, p.next_position as head,
      greatest(p.next_position - o.position, 0) as lag
    from consumer_groups g
    join consumer_offsets o on o.consumer_group = g.name and o.topic = any(g.topics)
    join event_partitions p on p.topic = o.topic and p.part = o.part
    join event_topics t on t.id = o.topic
    where ${group}::text is null or g.name = ${group}::text
    order by g.name, t.name, o.part`
}

/** A topic of a group, with those of its types that the group asked for. */
export interface EnrolledTopic {
  readonly id: number
  readonly name: string
  readonly types: readonly string[]
}

/** Notes what a group is subscribed to and gives it positions in partitions that are new to it; answers its topics. */
export async function enrol(sql: Sql, group: string, types: readonly string[]): Promise<EnrolledTopic[]> {
  const topics = await sql<EnrolledTopic>`
    select t.id, t.name, array_agg(distinct e.type) as types
    from event_types e join event_topics t on t.id = e.topic
    where e.type = any(${types}::text[]) group by t.id order by t.id`
  const ids = topics.map(({ id }) => id)
  await sql`
    insert into consumer_groups (name, topics, types) values (${group}, ${ids}::smallint[], ${types}::text[])
    on conflict (name) do update set topics = excluded.topics, types = excluded.types
    where (consumer_groups.topics, consumer_groups.types) is distinct from (excluded.topics, excluded.types)`
  await sql`
    insert into consumer_offsets (consumer_group, topic, part)
    select ${group}, topic, part from event_partitions where topic = any(${ids}::smallint[])
    on conflict do nothing`
  return topics
}

/** Sets positions of a group and ends the ownership of whoever holds them. */
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
        update consumer_offsets o set position = w.position, member = null, epoch = o.epoch + 1
        from unnest(${names}::text[], ${parts}::smallint[], ${given.map(({ position }) => position)}::bigint[])
          as w(topic, part, position)
        join event_topics t on t.name = w.topic
        where o.consumer_group = ${group} and o.topic = t.id and o.part = w.part`
      return
    }
    await sql`
      update consumer_offsets o set member = null, epoch = o.epoch + 1, position =
        case
          when ${target === 'start'}::boolean then 0
          when ${target === 'end'}::boolean then p.next_position
          else coalesce(
            (select min(l.position) from event_log l
             where l.topic = o.topic and l.part = o.part and l.appended_at >= ${since}::timestamptz), p.next_position)
        end
      from event_partitions p
      where p.topic = o.topic and p.part = o.part and o.consumer_group = ${group} and o.topic = any(${ids}::smallint[])`
  })
}
