import type { Sql } from '@stoa/contract'
import { groupChannelOf } from './channels.ts'

/** A partition as its owner in a group sees it. */
export interface Ownership {
  readonly topic: number
  readonly part: number
  readonly epoch: number
  readonly position: number
}

/** A partition that was just acquired. */
export interface Taken extends Ownership {
  /** Its last owner did not know the next event. */
  readonly was_blocked: boolean
}

/** One member of a group; its session holds an advisory lock on its id, so that a dead member is detected immediately. */
export interface Member {
  readonly group: string
  readonly id: string
  readonly leaseMs: number
  readonly types: readonly string[]
  /** Whether it also consumes types that were declared after its last look at them: a partition is not passed before that look. */
  readonly takesAll: boolean
  /** Names the set of types: the members of one release share it. */
  readonly release: string
  /** How long the types of the newest release are waited for after its last member has gone. */
  readonly graceMs: number
}

/** Notes that a member of this release lives; a release that was unavailable for longer than the grace counts as new. */
export async function noteRelease(sql: Sql, { group, release, types, leaseMs, graceMs }: Member): Promise<void> {
  await sql`
    insert into consumer_releases as r (consumer_group, release, types, expires_at)
    values (${group}, ${release}, ${types}::text[], now() + ${leaseMs} * interval '1 millisecond')
    on conflict (consumer_group, release) do update set
      expires_at = case when r.expires_at > now() + interval '1 hour' then excluded.expires_at
        else greatest(r.expires_at, excluded.expires_at) end,
      since = case when r.expires_at < now() - ${graceMs} * interval '1 millisecond' then now() else r.since end`
}

/**
 * Renews the lease of this member, releases the partitions of dead members, and returns the partitions of this member. A thorough
 * beat also forgets releases and types that ended.
 */
export async function beat(sql: Sql, member: Member, isThorough: boolean): Promise<Ownership[]> {
  const { group, id, leaseMs, types } = member
  const [, , , , , owned] = await Promise.all([
    noteRelease(sql, member),
    sql`
      insert into consumer_members (consumer_group, member, types, expires_at)
      values (${group}, ${id}, ${types}::text[], now() + ${leaseMs} * interval '1 millisecond')
      on conflict (consumer_group, member) do update set expires_at = excluded.expires_at, types = excluded.types`,
    sql`
      with gone as (
        delete from consumer_members
        where consumer_group = ${group} and member <> ${id}
          -- A lease far ahead was given before the clock was set back; a member that lives joins again with its next beat.
          and (expires_at < now() or expires_at > now() + interval '1 hour'
            or pg_try_advisory_xact_lock(hashtextextended(member::text, 0)))
        returning member
      )
      update consumer_offsets set member = null, epoch = epoch + 1
      where consumer_group = ${group} and member in (select member from gone)`,
    isThorough ? forgetReleases(sql, member) : undefined,
    isThorough ? forgetUnwanted(sql, member) : undefined,
    sql<Ownership>`
      select topic, part, epoch, position from consumer_offsets where consumer_group = ${group} and member = ${id}`,
  ])
  return owned
}

/** Removes releases that ended over a day ago, and those that look live only because the clock was set back. */
function forgetReleases(sql: Sql, { group, release, graceMs }: Member): Promise<unknown> {
  return sql`
    delete from consumer_releases
    where consumer_group = ${group} and release <> ${release} and (
      expires_at < now() - ${graceMs} * interval '1 millisecond' - interval '1 day' or expires_at > now() + interval '1 hour'
    )`
}

/** A group consumes the types of its live releases and, during the grace period, those of the newest release. */
function forgetUnwanted(sql: Sql, { group, graceMs }: Member): Promise<unknown> {
  return sql`
    update consumer_groups g set types = w.types,
      topics = array(select distinct topic from event_types where type = any(w.types) order by 1)
    from (
      select array(
        select distinct unnest(r.types) from consumer_releases r
        where r.consumer_group = ${group} and (r.expires_at > now() or (
          r.expires_at > now() - ${graceMs} * interval '1 millisecond'
          and r.since = (select max(since) from consumer_releases where consumer_group = ${group})
        ))
        order by 1
      ) as types
    ) w
    where g.name = ${group} and g.types <> w.types`
}

/** Whether the whole group is paused. */
export async function isPaused(sql: Sql, { group }: Member): Promise<boolean> {
  const paused = await sql`select 1 from consumer_groups where name = ${group} and paused_at is not null`
  return paused.length > 0
}

/** The distribution of a topic among the members that know some of its types. */
export interface Share {
  readonly topic: number
  readonly partitions: number
  /** Members that know one of the topic's wanted types, this one included. */
  readonly members: number
  /** Members that know all of them. */
  readonly complete: number
  readonly isComplete: boolean
  /** Partitions that this member may take. */
  readonly free: number
  /** The number of these whose next event another member could not handle. */
  readonly blocked: number
}

/** How the partitions of these topics are shared, as this member sees it. */
export function readShares(sql: Sql, { group, types }: Member, topics: readonly number[]): Promise<Share[]> {
  return sql<Share>`
    with wanted as (
      select e.topic, array_agg(distinct e.type) as types
      from consumer_groups g join event_types e on e.type = any(g.types)
      where g.name = ${group} and e.topic = any(${topics}::smallint[]) group by e.topic
    )
    select w.topic, count(*)::int as partitions,
      (select count(*)::int from consumer_members m where m.consumer_group = ${group} and m.types && w.types) as members,
      (select count(*)::int from consumer_members m where m.consumer_group = ${group} and m.types @> w.types) as complete,
      w.types <@ ${types}::text[] as "isComplete",
      (count(*) filter (where o.member is null
        and (o.blocked_by is null or o.blocked_by = any(${types}::text[]) or o.blocked_by <> all(w.types))))::int as free,
      (count(*) filter (where o.member is null and o.blocked_by = any(${types}::text[])))::int as blocked
    from wanted w join consumer_offsets o on o.consumer_group = ${group} and o.topic = w.topic
    group by w.topic, w.types`
}

/** Takes up to the given number of unowned partitions of each topic that this member can handle, blocked ones first. */
export function take(
  sql: Sql,
  { group, id, types }: Member,
  wanted: readonly { readonly topic: number; readonly count: number }[],
): Promise<Taken[]> {
  return sql<Taken>`
    with chosen as (
      select free.topic, free.part, free.was_blocked
      from unnest(${wanted.map(({ topic }) => topic)}::smallint[], ${wanted.map(({ count }) => count)}::int[]) as w(topic, count)
      cross join lateral (
        select o.topic, o.part, o.blocked_by is not null as was_blocked from consumer_offsets o
        where o.consumer_group = ${group} and o.topic = w.topic and o.member is null
          and (o.blocked_by is null or o.blocked_by = any(${types}::text[])
            or o.blocked_by <> all((select g.types from consumer_groups g where g.name = ${group})::text[]))
        order by o.blocked_by is null, o.part limit w.count for update skip locked
      ) free
    )
    update consumer_offsets o set member = ${id}, epoch = o.epoch + 1, blocked_by = null
    from chosen c where o.consumer_group = ${group} and o.topic = c.topic and o.part = c.part
    returning o.topic, o.part, o.epoch, o.position, c.was_blocked`
}

/** Releases partitions; a partition that is blocked by a type, for members that know the type. */
export async function release(
  sql: Sql,
  { group, id }: Member,
  owned: readonly (Pick<Ownership, 'topic' | 'part'> & { readonly blockedBy: string | undefined })[],
): Promise<void> {
  const [topics, parts] = [owned.map(({ topic }) => topic), owned.map(({ part }) => part)]
  const types = owned.map(({ blockedBy }) => blockedBy ?? '')
  await sql`
    update consumer_offsets o set member = null, epoch = o.epoch + 1, blocked_by = nullif(r.type, '')
    from unnest(${topics}::smallint[], ${parts}::smallint[], ${types}::text[]) as r(topic, part, type)
    where o.consumer_group = ${group} and o.topic = r.topic and o.part = r.part and o.member = ${id}`
}

/** Has the other members look at their shares again. */
export async function announce(sql: Sql, group: string): Promise<void> {
  await sql`select pg_notify(${groupChannelOf(group)}, '')`
}

/** Releases everything and leaves the group. */
export async function leave(sql: Sql, { group, id }: Member): Promise<void> {
  await Promise.all([
    sql`update consumer_offsets set member = null, epoch = epoch + 1 where consumer_group = ${group} and member = ${id}`,
    sql`delete from consumer_members where consumer_group = ${group} and member = ${id}`,
    announce(sql, group),
  ])
}

/** Commits positions, each only while this member still owns the partition with that epoch; returns the committed ones. */
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
