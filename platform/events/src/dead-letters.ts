import type { Database } from '@stoa/postgres'
import { parseCloudEvent, type CloudEvent } from './cloud-event.ts'
import type { LetterState } from './endpoints.ts'
import type { RecordedError } from './retry-policy.ts'

/** One event that failed, waits behind a failed one, or was discarded. */
export interface DeadLetter {
  readonly id: number
  readonly group: string
  readonly topic: string
  readonly key: string
  readonly eventId: string
  readonly type: string
  /** `failing` is being retried, `waiting` waits behind a failed event of its key, and `dead` requires an operator. */
  readonly state: LetterState
  readonly attempts: number
  readonly error: RecordedError | null
  readonly receivedAt: Temporal.Instant
  readonly failedAt: Temporal.Instant | null
  readonly discardReason: string | null
}

/** The dead letters of one service. */
export interface DeadLetters {
  /** Lists dead letters in the order of their arrival: by default 50 of status `dead`. */
  readonly list: (filter?: {
    readonly state?: LetterState | undefined
    readonly after?: number | undefined
    readonly limit?: number | undefined
  }) => Promise<DeadLetter[]>
  /** One letter with the original event. */
  readonly find: (id: number) => Promise<(DeadLetter & { readonly event: CloudEvent }) | undefined>
  /**
   * Tries a dead key again from its first event on, in order, by any of its letters; false when there is no such letter,
   * or its key is being tried already.
   */
  readonly retry: (id: number) => Promise<boolean>
  /** Retries all dead keys; returns their number. */
  readonly retryAll: () => Promise<number>
  /** Dead keys without a dead letter, by which they would be found; there must be none. */
  readonly countStranded: () => Promise<number>
  /** Discards an event permanently, with a reason; the events queued behind it continue. Returns false if it does not exist. */
  readonly discard: (id: number, reason: string) => Promise<boolean>
}

/** Looks after the dead letters in a service's database; the consumers of any process take them up within a second. */
export function deadLetters(database: Database): DeadLetters {
  return {
    list: ({ state = 'dead', after = 0, limit = 50 } = {}) => list(database, state, after, limit),
    find: (id) => find(database, id),
    async retry(id) {
      return (await retry(database, id)) > 0
    },
    retryAll: () => retry(database, null),
    countStranded: () => countStranded(database),
    discard: (id, reason) => discard(database, id, reason),
  }
}

interface Row {
  readonly id: number
  readonly group: string
  readonly topic: string
  readonly key: string
  readonly eventId: string
  readonly type: string
  readonly state: LetterState
  readonly attempts: number
  readonly error: RecordedError | null
  readonly receivedAt: Temporal.Instant
  readonly failedAt: Temporal.Instant | null
  readonly discardReason: string | null
}

function list({ read }: Database, state: LetterState, after: number, limit: number): Promise<Row[]> {
  return read.sql<Row>`
    select id, consumer_group as group, topic, partition_key as key, event_id as "eventId", type, state, attempts, error,
      received_at as "receivedAt", failed_at as "failedAt", discard_reason as "discardReason"
    from dead_letters where state = ${state} and id > ${after} order by id limit ${limit}`
}

async function find({ read }: Database, id: number): Promise<(Row & { event: CloudEvent }) | undefined> {
  const [row] = await read.sql<Row & { text: string }>`
    select id, consumer_group as group, topic, partition_key as key, event_id as "eventId", type, state, attempts, error,
      received_at as "receivedAt", failed_at as "failedAt", discard_reason as "discardReason", event::text as text
    from dead_letters where id = ${id}`
  if (row === undefined) return undefined
  const { text, ...letter } = row
  return { ...letter, event: parseCloudEvent(text) }
}

async function retry(database: Database, id: number | null): Promise<number> {
  const keys = await database.transaction(
    ({ sql }) => sql`
      with chosen as materialized (
        select p.consumer_group, p.topic, p.partition_key from parked_keys p
        where p.state = 'dead' and (${id}::bigint is null or exists (
          select from dead_letters d
          where d.id = ${id}::bigint and d.state <> 'discarded' and d.consumer_group = p.consumer_group
            and d.topic = p.topic and d.partition_key = p.partition_key
        ))
        order by p.consumer_group, p.topic, p.partition_key for update
      ),
      revived as (
        update dead_letters d set state = 'failing', attempts = 0
        from chosen c
        where d.state = 'dead' and d.consumer_group = c.consumer_group and d.topic = c.topic and d.partition_key = c.partition_key
      )
      update parked_keys p set state = 'retrying', retry_at = now(), claimed_until = null
      from chosen c
      where p.consumer_group = c.consumer_group and p.topic = c.topic and p.partition_key = c.partition_key
      returning 1`,
  )
  return keys.length
}

async function countStranded({ read }: Database): Promise<number> {
  const [row] = await read.sql<{ count: number }>`
    select count(*)::int as count from parked_keys p
    where p.state = 'dead' and not exists (
      select from dead_letters d
      where d.consumer_group = p.consumer_group and d.topic = p.topic and d.partition_key = p.partition_key
        and d.state = 'dead'
    )`
  return row?.count ?? 0
}

function discard(database: Database, id: number, reason: string): Promise<boolean> {
  return database.transaction(async ({ sql }) => {
    const [letter] = await sql<{ consumer_group: string; topic: string; partition_key: string; event_id: string }>`
      select consumer_group, topic, partition_key, event_id from dead_letters where id = ${id} and state <> 'discarded'`
    if (letter === undefined) return false
    const { consumer_group, topic, partition_key, event_id } = letter
    await sql`
      select 1 from parked_keys
      where consumer_group = ${consumer_group} and topic = ${topic} and partition_key = ${partition_key} for update`
    const discarded = await sql<{ was: LetterState }>`
      update dead_letters d set state = 'discarded', discarded_at = now(), discard_reason = ${reason}
      from (select id, state from dead_letters where id = ${id}) before
      where d.id = before.id and d.state <> 'discarded'
      returning before.state as was`
    if (discarded.length === 0) return false
    // It counts as handled: a redelivery must have no effect.
    await sql`insert into inbox (event_id, consumer_group) values (${event_id}, ${consumer_group}) on conflict do nothing`
    await sql`
      update parked_keys p set state = 'retrying', retry_at = now(), claimed_until = null
      where consumer_group = ${consumer_group} and topic = ${topic} and partition_key = ${partition_key}
        and not exists (
          select from dead_letters d
          where d.consumer_group = p.consumer_group and d.topic = p.topic and d.partition_key = p.partition_key and d.state = 'dead'
        )`
    return true
  })
}
