import type { WriteHandle } from '@stoa/contract'
import { json, type Database } from '@stoa/postgres'
import type { LoggedEvent } from './event-log.ts'
import type { Delivery } from './inbox.ts'
import type { RecordedError } from './retry-policy.ts'

// Every change of a key and its letters locks the key first, which prevents deadlocks.

/** A letter in the queue of a parked key. */
export interface Letter {
  readonly id: number
  readonly topic: string
  readonly partition_key: string
  readonly position: number
  readonly event_id: string
  readonly type: string
  readonly event: string
  readonly attempts: number
}

/** A parked key, claimed by a process that works off what waits there. */
export interface ParkedKey {
  readonly topic: string
  readonly partition_key: string
}

/** Parks the key of an event that failed for the first time, with the event; it is retried after the delay. */
export async function parkKey(
  { sql }: WriteHandle,
  { group, topic, key }: Delivery,
  { id, type, position, event }: LoggedEvent,
  error: RecordedError,
  delayMs: number,
): Promise<void> {
  await sql`
    insert into parked_keys (consumer_group, topic, partition_key, state, retry_at)
    values (${group}, ${topic}, ${key}, 'retrying', now() + ${delayMs} * interval '1 millisecond')
    on conflict do nothing`
  await sql`
    insert into dead_letters (
      consumer_group, topic, partition_key, position, event_id, type, event, state, attempts, error, failed_at
    ) values (${group}, ${topic}, ${key}, ${position}, ${id}, ${type}, ${event}, 'failing', 1, ${json(error)}, now())
    on conflict do nothing`
}

/** Queues an event behind those of its parked key; returns false if the key is no longer parked. */
export async function joinParked(
  tx: WriteHandle,
  { group, topic, key }: Delivery,
  { id, type, position, event }: LoggedEvent,
): Promise<boolean> {
  if (!(await lockKey(tx, group, { topic, partition_key: key }))) return false
  await tx.sql`
    insert into dead_letters (consumer_group, topic, partition_key, position, event_id, type, event, state)
    values (${group}, ${topic}, ${key}, ${position}, ${id}, ${type}, ${event}, 'waiting')
    on conflict do nothing`
  return true
}

/** Locks those of these keys that are parked, and returns them. */
export async function lockKeys(
  { sql }: WriteHandle,
  { group, topic }: Pick<Delivery, 'group' | 'topic'>,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await sql<{ partition_key: string }>`
    select partition_key from parked_keys
    where consumer_group = ${group} and topic = ${topic} and partition_key = any(${keys}::text[])
    order by partition_key for update`
  return new Set(rows.map(({ partition_key }) => partition_key))
}

/** Forgets the parked keys of a group and the events that wait there; it will consume them again. */
export async function forgetParked({ sql }: WriteHandle, group: string): Promise<void> {
  await sql`delete from parked_keys where consumer_group = ${group}`
  await sql`delete from dead_letters where consumer_group = ${group} and state <> 'discarded'`
}

/** Locks the row of a parked key until the end of the transaction; returns false if the key is not parked. */
export async function lockKey(
  { sql }: WriteHandle,
  group: string,
  { topic, partition_key }: ParkedKey,
): Promise<boolean> {
  const rows = await sql`
    select 1 from parked_keys
    where consumer_group = ${group} and topic = ${topic} and partition_key = ${partition_key} for update`
  return rows.length > 0
}

interface Claim {
  readonly group: string
  /** The types that this release consumes, as `type/major`. */
  readonly known: readonly string[]
  readonly limit: number
  readonly claimMs: number
}

/**
 * Claims due keys whose next event this release consumes; other keys are left to a release that does. A claim ends
 * automatically when its process dies.
 */
export async function claimKeys(database: Database, { group, known, limit, claimMs }: Claim): Promise<ParkedKey[]> {
  return database.transaction(
    ({ sql }) => sql<{ topic: string; partition_key: string }>`
      update parked_keys p set claimed_until = now() + ${claimMs} * interval '1 millisecond'
      from (
        select k.topic, k.partition_key from parked_keys k
        where k.consumer_group = ${group} and k.state = 'retrying' and k.retry_at <= now()
          and (k.claimed_until is null or k.claimed_until < now())
          and coalesce((
            select split_part(d.type, '/', 1) || '/' || split_part(substring(d.event->>'dataschema' from '[^/]*$'), '.', 1)
            from dead_letters d
            where d.consumer_group = k.consumer_group and d.topic = k.topic and d.partition_key = k.partition_key
              and d.state <> 'discarded'
            order by d.position limit 1
          ) = any(${known}::text[]), true)
        order by k.retry_at limit ${limit} for update of k skip locked
      ) due
      where p.consumer_group = ${group} and p.topic = due.topic and p.partition_key = due.partition_key
      returning p.topic, p.partition_key`,
  )
}

/**
 * Turns events into dead letters that no release has claimed for the grace period and that this release does not consume,
 * so that an operator decides. Returns these events.
 */
export function buryUnknown(
  database: Database,
  {
    group,
    known,
    graceMs,
    error,
  }: {
    readonly group: string
    readonly known: readonly string[]
    readonly graceMs: number
    readonly error: RecordedError
  },
): Promise<{ type: string; event_id: string }[]> {
  return database.transaction(
    ({ sql }) => sql<{ type: string; event_id: string }>`
      with overdue as materialized (
        select k.topic, k.partition_key from parked_keys k
        where k.consumer_group = ${group} and k.state = 'retrying'
          and greatest(k.retry_at, k.claimed_until) < now() - ${graceMs} * interval '1 millisecond'
        order by k.topic, k.partition_key limit 100 for update skip locked
      ),
      heads as materialized (
        select d.id from overdue o cross join lateral (
          select id, split_part(type, '/', 1) || '/' || split_part(substring(event->>'dataschema' from '[^/]*$'), '.', 1) as kind
          from dead_letters
          where consumer_group = ${group} and topic = o.topic and partition_key = o.partition_key and state <> 'discarded'
          order by position limit 1
        ) d
        where d.kind <> all(${known}::text[])
      ),
      buried as (
        update dead_letters d set state = 'dead', error = ${json(error)}, failed_at = now()
        from heads where d.id = heads.id
        returning d.topic, d.partition_key, d.type, d.event_id
      ),
      stopped as (
        update parked_keys p set state = 'dead', claimed_until = null
        from buried b
        where p.consumer_group = ${group} and p.topic = b.topic and p.partition_key = b.partition_key
      )
      select type, event_id from buried`,
  )
}

/**
 * Makes keys due whose times lie further ahead than any retry or claim reaches, as after the database's clock was set back;
 * returns how many keys it changed.
 */
export async function resetFutureTimes(database: Database, group: string, latestMs: number): Promise<number> {
  const rows = await database.transaction(
    ({ sql }) => sql`
      update parked_keys set retry_at = least(retry_at, now()), claimed_until = null
      where consumer_group = ${group} and state = 'retrying'
        and greatest(retry_at, claimed_until) > now() + ${latestMs}::float8 * interval '1 millisecond'
      returning 1`,
  )
  return rows.length
}

/** How long until a key that is being retried is due; undefined if no key is being retried. */
export async function nextRetryInMs({ read }: Database, group: string): Promise<number | undefined> {
  const [row] = await read.sql<{ wait: number | null }>`
    select (extract(epoch from min(greatest(retry_at, claimed_until)) - clock_timestamp()) * 1000)::float8 as wait
    from parked_keys where consumer_group = ${group} and state = 'retrying'`
  return row?.wait === null || row === undefined ? undefined : Math.max(0, row.wait)
}

/** The first letter of a key: its turn is next. */
export async function firstLetter(
  { read }: Database,
  group: string,
  { topic, partition_key }: ParkedKey,
): Promise<Letter | undefined> {
  const [letter] = await read.sql<Letter>`
    select id, topic, partition_key, position, event_id, type, event::text as event, attempts from dead_letters
    where consumer_group = ${group} and topic = ${topic} and partition_key = ${partition_key} and state <> 'discarded'
    order by position limit 1`
  return letter
}

/**
 * Takes a letter out of its queue and prolongs the claim, in the transaction of its effect; locks the key. Returns false if the letter is
 * no longer there: it was handled or discarded, or its group consumes everything again.
 */
export async function removeLetter(
  { sql }: WriteHandle,
  group: string,
  letter: Letter,
  claimMs: number,
): Promise<boolean> {
  const [, removed] = await Promise.all([
    sql`
      update parked_keys set claimed_until = now() + ${claimMs} * interval '1 millisecond'
      where consumer_group = ${group} and topic = ${letter.topic} and partition_key = ${letter.partition_key}`,
    sql`delete from dead_letters where id = ${letter.id} and state <> 'discarded' returning 1`,
  ])
  return removed.length > 0
}

/**
 * Records another failure of a letter: its key is retried later, or is dead and waits for an operator. If the letter was discarded
 * or handled elsewhere in the meantime, the key continues with the next letter.
 */
export async function noteFailure(
  database: Database,
  group: string,
  letter: Letter,
  { error, isLast, delayMs }: { readonly error: RecordedError; readonly isLast: boolean; readonly delayMs: number },
): Promise<void> {
  await database.transaction(async (tx) => {
    if (!(await lockKey(tx, group, letter))) return
    const failed = await tx.sql`
      update dead_letters set attempts = attempts + 1, error = ${json(error)}, failed_at = now(), state = ${isLast ? 'dead' : 'failing'}
      where id = ${letter.id} and state <> 'discarded' returning 1`
    const isFailed = failed.length > 0
    await tx.sql`
      update parked_keys set state = ${isFailed && isLast ? 'dead' : 'retrying'}, claimed_until = null,
        retry_at = now() + ${isFailed ? delayMs : 0} * interval '1 millisecond'
      where consumer_group = ${group} and topic = ${letter.topic} and partition_key = ${letter.partition_key}`
  })
}

/** Lets a claimed key rest without counting an attempt. */
export async function postpone(database: Database, group: string, key: ParkedKey, delayMs: number): Promise<void> {
  await database.transaction(
    ({ sql }) => sql`
      update parked_keys set claimed_until = null, retry_at = now() + ${delayMs} * interval '1 millisecond'
      where consumer_group = ${group} and topic = ${key.topic} and partition_key = ${key.partition_key}`,
  )
}

/** Unparks a key without waiting letters; returns false if one arrived in the meantime. */
export function freeKey(database: Database, group: string, { topic, partition_key }: ParkedKey): Promise<boolean> {
  return database.transaction(async (tx) => {
    if (!(await lockKey(tx, group, { topic, partition_key }))) return true
    // A second statement, so that it sees letters that arrived while the first waited for the lock.
    const freed = await tx.sql`
      delete from parked_keys p
      where consumer_group = ${group} and topic = ${topic} and partition_key = ${partition_key}
        and not exists (
          select from dead_letters d
          where d.consumer_group = p.consumer_group and d.topic = p.topic and d.partition_key = p.partition_key
            and d.state <> 'discarded'
        )
      returning 1`
    return freed.length > 0
  })
}
