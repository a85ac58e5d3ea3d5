import type { Sql } from '@stoa/contract'
import { groupChannelOf } from './topics.ts'

/** A partition as its owner in a group sees it. */
export interface Ownership {
  readonly topic: number
  readonly part: number
  readonly epoch: number
  readonly position: number
}

/** One member of a group; its session holds an advisory lock on its id, so that a dead one is found at once. */
export interface Member {
  readonly group: string
  readonly id: string
  readonly leaseMs: number
}

/** Says that this member lives, takes the partitions of dead ones into the pool, and answers what this member owns. */
export async function beat(sql: Sql, { group, id, leaseMs }: Member): Promise<Ownership[]> {
  const [, , owned] = await Promise.all([
    sql`
      insert into consumer_members (consumer_group, member, expires_at)
      values (${group}, ${id}, now() + ${leaseMs} * interval '1 millisecond')
      on conflict (consumer_group, member) do update set expires_at = excluded.expires_at`,
    sql`
      with gone as (
        delete from consumer_members
        where consumer_group = ${group} and member <> ${id}
          and (expires_at < now() or pg_try_advisory_xact_lock(hashtextextended(member::text, 0)))
        returning member
      )
      update consumer_offsets set member = null, epoch = epoch + 1
      where consumer_group = ${group} and member in (select member from gone)`,
    sql<Ownership>`
      select topic, part, epoch, position from consumer_offsets where consumer_group = ${group} and member = ${id}`,
  ])
  return owned
}

/** How many partitions of these topics are this member's fair share, and how many nobody owns. */
export async function share(
  sql: Sql,
  { group }: Member,
  topics: readonly number[],
): Promise<{ fair: number; unowned: number }> {
  const [row] = await sql<{ fair: number; unowned: number }>`
    select
      ceil(count(*)::numeric / greatest(1, (select count(*) from consumer_members where consumer_group = ${group})))::int as fair,
      (count(*) filter (where member is null))::int as unowned
    from consumer_offsets where consumer_group = ${group} and topic = any(${topics}::smallint[])`
  return row ?? { fair: 0, unowned: 0 }
}

/** Takes up to so many partitions that nobody owns. */
export function take(sql: Sql, { group, id }: Member, topics: readonly number[], count: number): Promise<Ownership[]> {
  return sql<Ownership>`
    with unowned as (
      select topic, part from consumer_offsets
      where consumer_group = ${group} and topic = any(${topics}::smallint[]) and member is null
      order by topic, part limit ${count} for update skip locked
    )
    update consumer_offsets o set member = ${id}, epoch = o.epoch + 1
    from unowned u where o.consumer_group = ${group} and o.topic = u.topic and o.part = u.part
    returning o.topic, o.part, o.epoch, o.position`
}

/** Gives partitions back for others to take. */
export async function release(
  sql: Sql,
  { group, id }: Member,
  owned: readonly Pick<Ownership, 'topic' | 'part'>[],
): Promise<void> {
  await sql`
    update consumer_offsets o set member = null, epoch = o.epoch + 1
    from unnest(${owned.map(({ topic }) => topic)}::smallint[], ${owned.map(({ part }) => part)}::smallint[]) as r(topic, part)
    where o.consumer_group = ${group} and o.topic = r.topic and o.part = r.part and o.member = ${id}`
}

/** Has the other members look at their shares again. */
export async function announce(sql: Sql, group: string): Promise<void> {
  await sql`select pg_notify(${groupChannelOf(group)}, '')`
}

/** Gives everything back and leaves the group. */
export async function leave(sql: Sql, { group, id }: Member): Promise<void> {
  await Promise.all([
    sql`update consumer_offsets set member = null, epoch = epoch + 1 where consumer_group = ${group} and member = ${id}`,
    sql`delete from consumer_members where consumer_group = ${group} and member = ${id}`,
    announce(sql, group),
  ])
}

/** Commits positions, each only while this member still owns the partition under that epoch; answers those that hold. */
export function commit(
  sql: Sql,
  { group, id }: Member,
  done: readonly Ownership[],
): Promise<{ topic: number; part: number }[]> {
  return sql<{ topic: number; part: number }>`
    update consumer_offsets o set position = d.position
    from unnest(
      ${done.map(({ topic }) => topic)}::smallint[], ${done.map(({ part }) => part)}::smallint[],
      ${done.map(({ epoch }) => epoch)}::bigint[], ${done.map(({ position }) => position)}::bigint[]
    ) as d(topic, part, epoch, position)
    where o.consumer_group = ${group} and o.topic = d.topic and o.part = d.part and o.member = ${id} and o.epoch = d.epoch
    returning o.topic, o.part`
}

/** An event as fetched; one of a type that nobody asked for comes without its text. */
export interface FetchedRow {
  readonly topic: number
  readonly part: number
  readonly position: number
  readonly event_id: string
  readonly type: string
  readonly event: string | null
}

/** Fetches what comes next in each of these partitions, up to a limit in each. */
export function fetchNext(
  sql: Sql,
  from: readonly Pick<Ownership, 'topic' | 'part' | 'position'>[],
  types: readonly string[],
  limit: number,
): Promise<FetchedRow[]> {
  return sql<FetchedRow>`
    select w.topic, w.part, e.position, e.event_id, e.type,
      case when e.type = any(${types}::text[]) then e.event::text end as event
    from unnest(
      ${from.map(({ topic }) => topic)}::smallint[], ${from.map(({ part }) => part)}::smallint[],
      ${from.map(({ position }) => position)}::bigint[]
    ) as w(topic, part, position)
    join event_partitions h on h.topic = w.topic and h.part = w.part and h.next_position > w.position
    cross join lateral (
      select l.position, l.event_id, l.type, l.event from event_log l
      where l.topic = w.topic and l.part = w.part and l.position >= w.position
      order by l.position limit ${limit}
    ) e
    order by w.topic, w.part, e.position`
}
