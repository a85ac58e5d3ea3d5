import type { Database } from '@stoa/postgres'
import { parseCloudEvent, type CloudEvent } from './cloud-event.ts'
import type { RecordedError } from './retry-policy.ts'

/** What has become of an event that is not simply handled. */
export type LetterState = 'failing' | 'waiting' | 'dead' | 'discarded'

/** One event that failed, waits behind a failed one, or was discarded. */
export interface DeadLetter {
  readonly id: number
  readonly group: string
  readonly topic: string
  readonly key: string
  readonly eventId: string
  readonly type: string
  /** `failing` is still being retried, `waiting` stands behind a failed event of its key, `dead` needs an operator. */
  readonly state: LetterState
  readonly attempts: number
  readonly error: RecordedError | null
  readonly receivedAt: Temporal.Instant
  readonly failedAt: Temporal.Instant | null
  readonly discardReason: string | null
}

/** The dead letters of one service. */
export interface DeadLetters {
  /** In the order of their coming, `dead` ones unless told otherwise; 50 unless told. */
  readonly list: (filter?: {
    readonly state?: LetterState
    readonly after?: number
    readonly limit?: number
  }) => Promise<DeadLetter[]>
  /** One letter with the original event. */
  readonly find: (id: number) => Promise<(DeadLetter & { readonly event: CloudEvent }) | undefined>
  /** Tries the key of a dead letter again from its first event on, in order; false when the letter is not dead. */
  readonly retry: (id: number) => Promise<boolean>
  /** Tries all dead letters again; answers how many keys that were. */
  readonly retryAll: () => Promise<number>
  /** Gives an event up, for ever and with a reason; what waits behind it goes on. False when it is not there. */
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
      with revived as (
        update dead_letters set state = 'failing', attempts = 0
        where state = 'dead' and (${id}::bigint is null or id = ${id}::bigint)
        returning consumer_group, topic, partition_key
      )
      update parked_keys p set state = 'retrying', retry_at = now(), claimed_until = null
      from revived r
      where p.consumer_group = r.consumer_group and p.topic = r.topic and p.partition_key = r.partition_key
      returning 1`,
  )
  return keys.length
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
    // It counts as handled: delivered once more, it must not take effect after all.
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
