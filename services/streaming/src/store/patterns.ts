import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { KeyMarks } from '../engine/match-key.ts'
import type { Mark } from '../engine/pattern.ts'
import type { Key } from '../engine/stream.ts'

const instant = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms)
const customerIn = (key: Key) => key['customerId'] ?? null

/** What is stored of a key, whose row is locked. */
export interface StoredKey {
  readonly text: string
  readonly key: Key
  readonly marks: readonly Mark[]
}

/** Makes the rows of these keys that are missing, and locks them all in their order. */
export async function lockKeys({ sql }: WriteHandle, stream: string, keys: readonly KeyMarks[]): Promise<StoredKey[]> {
  const texts = keys.map(({ text }) => text)
  const fields = keys.map(({ key }) => JSON.stringify(key))
  const customers = keys.map(({ key }) => customerIn(key))
  for (;;) {
    await sql`
      insert into pattern_keys (stream, key, key_fields, customer_id, marks, wake_at)
      select ${stream}, k.key, k.fields::jsonb, k.customer, '[]', 'infinity'
      from unnest(${texts}::text[], ${fields}::text[], ${customers}::text[]) as k(key, fields, customer)
      on conflict do nothing`
    const rows = await sql<StoredKey & Record<string, unknown>>`
      select key as text, key_fields as key, marks from pattern_keys
      where stream = ${stream} and key = any(${texts}) order by stream, key for update`
    // a row that was there for the first statement may have been removed before the second one
    if (rows.length === texts.length) return rows
  }
}

/** Locks the first keys that can change at this watermark without another event. */
export function lockDueKeys(
  { sql }: WriteHandle,
  stream: string,
  watermark: Temporal.Instant,
  limit: number,
): Promise<StoredKey[]> {
  return sql<StoredKey & Record<string, unknown>>`
    select key as text, key_fields as key, marks from pattern_keys
    where stream = ${stream} and wake_at <= ${watermark} and key in (
      select key from pattern_keys where stream = ${stream} and wake_at <= ${watermark} order by wake_at limit ${limit})
    order by stream, key for update`
}

/** Stores what is remembered of locked keys, and removes those of which nothing is. */
export async function storeKeys(
  { sql }: WriteHandle,
  stream: string,
  keys: readonly { readonly text: string; readonly marks: readonly Mark[]; readonly wakeMs: number | undefined }[],
): Promise<void> {
  const kept = keys.flatMap(({ wakeMs, ...each }) => (wakeMs === undefined ? [] : [{ ...each, wakeMs }]))
  const gone = keys.filter(({ wakeMs }) => wakeMs === undefined).map(({ text }) => text)
  await sql`
    update pattern_keys p set marks = n.marks::jsonb, wake_at = n.wake_at
    from unnest(${kept.map(({ text }) => text)}::text[], ${kept.map(({ marks }) => JSON.stringify(marks))}::text[],
      ${kept.map(({ wakeMs }) => instant(wakeMs))}::timestamptz[]) as n(key, marks, wake_at)
    where p.stream = ${stream} and p.key = n.key`
  if (gone.length > 0) await sql`delete from pattern_keys where stream = ${stream} and key = any(${gone})`
}

/** Those of these keys whose person is erased; an erasure of the others waits for the end of the transaction. */
export async function findErasedKeys({ sql }: ReadHandle, keys: readonly Key[]): Promise<ReadonlySet<string>> {
  const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
  const people = [...new Set(keys.flatMap((key) => customerIn(key) ?? []))].filter((id) => uuid.test(id)).toSorted()
  if (people.length === 0) return new Set()
  const rows = await sql<{ person: string }>`
    select person from unnest(${people}::text[]) as p(person) where is_erased(person::uuid)`
  return new Set(rows.map(({ person }) => person))
}

/** Counts events that did not count because their key had too many. */
export async function noteDropped({ sql }: WriteHandle, stream: string, dropped: number): Promise<void> {
  await sql`update streams set dropped_events = dropped_events + ${dropped} where name = ${stream}`
}

/** Forgets the events of a pattern; what was matched stays until it is found again or the watermark has passed it. */
export async function forgetMarks({ sql }: WriteHandle, stream: string): Promise<void> {
  await sql`delete from pattern_keys where stream = ${stream}`
  await sql`
    update pattern_matches set is_stale = true where stream = ${stream} and not is_final and not is_withdrawn`
  await sql`update streams set dropped_events = 0 where name = ${stream}`
}

/** Removes what patterns know of a person. */
export async function deletePerson({ sql }: WriteHandle, customerId: string): Promise<void> {
  await sql`delete from pattern_keys where customer_id = ${customerId}`
  await sql`delete from pattern_matches where customer_id = ${customerId}`
}
