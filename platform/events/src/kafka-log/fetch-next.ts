import type { Sql } from '@stoa/contract'
import type { FetchedRow, FetchNext, Place } from '../groups/fetched.ts'
import type { Member } from '../groups/membership.ts'
import type { KafkaClient } from './client.ts'
import { eventOf, summaryOf, type KafkaContent, type RecordSummary } from './codec.ts'
import { fetchSpans, type KafkaPlace, type KafkaSpan } from './fetch.ts'
import { offsetBehind } from './index-rows.ts'

/** A record that was fetched, but not asked for yet. */
interface Ahead extends RecordSummary {
  readonly record: KafkaContent
}

/** Where a member is in a partition. */
interface Cursor {
  readonly topic: number
  readonly kafkaTopic: string
  readonly part: number
  /** The position that the member asks for next, unless it has been moved. */
  position: number
  /** The offset to fetch from. */
  offset: number
  /** The end of what was committed at the last fetch. */
  end: number
  ahead: Ahead[]
  /** Whether nothing has been fetched since its offset was looked up. */
  isFresh: boolean
}

const bytesPerFetch = 128 * 1_024
const keyOf = ({ topic, part }: { topic: number; part: number }) => topic * 65_536 + part

/**
 * Fetches the events of groups from Kafka. A member that begins at a position has its offset looked up in the index; from then on it
 * continues where it was.
 */
export function fetchNextFrom(client: KafkaClient, kafkaNameOf: (topic: string) => string): FetchNext {
  const cursorsBySession = new WeakMap<Sql, Map<number, Cursor>>()
  return async (sql, member, from, limit) => {
    const cursors = cursorsBySession.get(sql) ?? new Map<number, Cursor>()
    cursorsBySession.set(sql, cursors)
    await lookUp(sql, cursors, from, kafkaNameOf)
    const wanted = from.flatMap((place) => cursors.get(keyOf(place)) ?? [])
    await fill(client, cursors, wanted, limit)
    const rows = wanted.flatMap((cursor) => take(cursor, member, limit))
    return markForeign(sql, member, rows)
  }
}

/** Finds the offsets of places that are not where a cursor is. A place behind the last indexed event has none yet. */
async function lookUp(
  sql: Sql,
  cursors: Map<number, Cursor>,
  from: readonly Place[],
  kafkaNameOf: (topic: string) => string,
): Promise<void> {
  const unknown = from.filter((place) => cursors.get(keyOf(place))?.position !== place.position)
  if (unknown.length === 0) return
  const found = await sql<Place & { readonly name: string; readonly offset: number | null }>`
    select w.topic, w.part, w.position, t.name, ${offsetBehind} as "offset"
    from unnest(
      ${unknown.map(({ topic }) => topic)}::smallint[], ${unknown.map(({ part }) => part)}::smallint[],
      ${unknown.map(({ position }) => position)}::bigint[]
    ) as w(topic, part, position)
    join event_topics t on t.id = w.topic`
  for (const { topic, part, position, name, offset } of found) {
    if (offset === null) cursors.delete(keyOf({ topic, part }))
    else {
      const kafkaTopic = kafkaNameOf(name)
      cursors.set(keyOf({ topic, part }), {
        topic,
        kafkaTopic,
        part,
        position,
        offset,
        end: Infinity,
        ahead: [],
        isFresh: true,
      })
    }
  }
}

/** Fetches until each cursor has as many records as are asked for, or all there are. */
async function fill(
  client: KafkaClient,
  cursors: Map<number, Cursor>,
  wanted: readonly Cursor[],
  limit: number,
): Promise<void> {
  for (const each of wanted) each.end = Infinity
  for (;;) {
    const short = wanted.filter(({ ahead, offset, end }) => ahead.length < limit && offset < end)
    if (short.length === 0) return
    const places = short.map(({ kafkaTopic, part, offset }): KafkaPlace => ({ topic: kafkaTopic, part, offset }))
    const spans = await fetchSpans(client, places, bytesPerFetch)
    for (const cursor of short) {
      const span = spans.find(({ topic, part }) => topic === cursor.kafkaTopic && part === cursor.part)
      if (span !== undefined && !span.isGone) advance(cursor, span)
      else if (cursor.isFresh) {
        throw new Error(
          `${cursor.kafkaTopic}/${cursor.part} in Kafka has no offset ${cursor.offset}, where the index has an event`,
        )
      } else {
        // Looked up again by the next fetch: what was there has outlived its retention.
        cursor.end = cursor.offset
        if (cursor.ahead.length === 0) cursors.delete(keyOf(cursor))
      }
    }
  }
}

function advance(cursor: Cursor, { records, next, end }: KafkaSpan): void {
  for (const record of records) {
    const summary = summaryOf(record)
    if (summary !== undefined && summary.position >= cursor.position) cursor.ahead.push({ ...summary, record })
  }
  cursor.end = next === cursor.offset ? next : end
  cursor.offset = next
  cursor.isFresh = false
}

/** Takes the next rows of a cursor; all types that the member does not know are foreign until it is known which the group wants. */
function take(cursor: Cursor, { types, takesAll }: Member, limit: number): FetchedRow[] {
  const taken = cursor.ahead.splice(0, limit)
  cursor.position = (taken.at(-1)?.position ?? cursor.position - 1) + 1
  const { topic, part } = cursor
  return taken.map(({ id, type, position, record }) => {
    const isOwn = takesAll || types.includes(type)
    return { topic, part, position, event_id: id, type, event: isOwn ? eventOf(record) : null, is_foreign: !isOwn }
  })
}

/** As of after the fetch: what is appended after a release has joined is foreign to those that do not know it. */
async function markForeign(
  sql: Sql,
  { group }: { readonly group: string },
  rows: readonly FetchedRow[],
): Promise<readonly FetchedRow[]> {
  if (rows.every(({ is_foreign: isForeign }) => !isForeign)) return rows
  const [row] = await sql<{ types: string[] }>`select types from consumer_groups where name = ${group}`
  const wanted = new Set(row?.types)
  return rows.map((each) => (each.is_foreign && !wanted.has(each.type) ? { ...each, is_foreign: false } : each))
}
