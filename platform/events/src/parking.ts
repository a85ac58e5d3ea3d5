import type { WriteHandle } from '@stoa/contract'
import { json, type Database } from '@stoa/postgres'
import type { LoggedEvent } from './event-log.ts'
import type { Delivery } from './inbox.ts'
import type { RecordedError } from './retry-policy.ts'

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

/** Parks the key of an event that failed for the first time, with the event; it is tried again after the delay. */
export async function parkKey(
  database: Database,
  { group, topic, key }: Delivery,
  { id, type, position, event }: LoggedEvent,
  error: RecordedError,
  delayMs: number,
): Promise<void> {
  await database.transaction(async ({ sql }) => {
    await sql`
      insert into parked_keys (consumer_group, topic, partition_key, state, retry_at)
      values (${group}, ${topic}, ${key}, 'retrying', now() + ${delayMs} * interval '1 millisecond')
      on conflict do nothing`
    await sql`
      insert into dead_letters (
        consumer_group, topic, partition_key, position, event_id, type, event, state, attempts, error, failed_at
      ) values (${group}, ${topic}, ${key}, ${position}, ${id}, ${type}, ${event}, 'failing', 1, ${json(error)}, now())
      on conflict do nothing`
  })
}

/** Puts an event behind those of its parked key; false when the key has been freed meanwhile. */
export function joinParked(
  database: Database,
  { group, topic, key }: Delivery,
  { id, type, position, event }: LoggedEvent,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    if (!(await lockKey(tx, group, { topic, partition_key: key }))) return false
    await tx.sql`
      insert into dead_letters (consumer_group, topic, partition_key, position, event_id, type, event, state)
      values (${group}, ${topic}, ${key}, ${position}, ${id}, ${type}, ${event}, 'waiting')
      on conflict do nothing`
    return true
  })
}

/** Locks a parked key's row until the end of the transaction; false when there is none. */
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

/** Claims keys whose time has come; a claim ends by itself when its process dies. */
export async function claimKeys(
  database: Database,
  group: string,
  limit: number,
  claimMs: number,
): Promise<ParkedKey[]> {
  return database.transaction(
    ({ sql }) => sql<{ topic: string; partition_key: string }>`
      update parked_keys p set claimed_until = now() + ${claimMs} * interval '1 millisecond'
      from (
        select topic, partition_key from parked_keys
        where consumer_group = ${group} and state = 'retrying' and retry_at <= now()
          and (claimed_until is null or claimed_until < now())
        order by retry_at limit ${limit} for update skip locked
      ) due
      where p.consumer_group = ${group} and p.topic = due.topic and p.partition_key = due.partition_key
      returning p.topic, p.partition_key`,
  )
}

/** How long until a key that is being retried is due; undefined when there is none. */
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

/** Takes a letter out of its queue and prolongs the claim, in the transaction of its effect. */
export async function removeLetter(
  { sql }: WriteHandle,
  group: string,
  letter: Letter,
  claimMs: number,
): Promise<void> {
  await sql`delete from dead_letters where id = ${letter.id} and state <> 'discarded'`
  await sql`
    update parked_keys set claimed_until = now() + ${claimMs} * interval '1 millisecond'
    where consumer_group = ${group} and topic = ${letter.topic} and partition_key = ${letter.partition_key}`
}

/** Notes another failure of a letter: its key rests and is tried again, or is dead and waits for an operator. */
export async function noteFailure(
  database: Database,
  group: string,
  letter: Letter,
  { error, isLast, delayMs }: { readonly error: RecordedError; readonly isLast: boolean; readonly delayMs: number },
): Promise<void> {
  await database.transaction(async (tx) => {
    if (!(await lockKey(tx, group, letter))) return
    await tx.sql`
      update dead_letters set attempts = attempts + 1, error = ${json(error)}, failed_at = now(), state = ${isLast ? 'dead' : 'failing'}
      where id = ${letter.id} and state <> 'discarded'`
    await tx.sql`
      update parked_keys set state = ${isLast ? 'dead' : 'retrying'}, claimed_until = null,
        retry_at = now() + ${delayMs} * interval '1 millisecond'
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

/** Frees a key behind which nothing waits any more; false when something came meanwhile. */
export function freeKey(database: Database, group: string, { topic, partition_key }: ParkedKey): Promise<boolean> {
  return database.transaction(async (tx) => {
    if (!(await lockKey(tx, group, { topic, partition_key }))) return true
    // A second statement, so that it sees what came while the first waited for the lock.
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
