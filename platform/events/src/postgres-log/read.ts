import type { ReadHandle } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import { fragment, type Fragment } from '@stoa/postgres'
import type { LoggedEvent, LogPage, ReadOptions } from '../event-log.ts'
import { isIdentifier, termOf } from '../terms.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'

interface Start {
  readonly topic: number
  readonly part: number
  readonly position: number
}

/** An event that was found; without its text where another store has it. */
export interface Row extends Start {
  readonly name: string
  readonly event_id: string
  readonly type: string
  readonly event: string
  readonly appended_at: Temporal.Instant
  readonly kafka_offset: number | null
}

/** Where the texts of events are. */
export interface Texts {
  /** Whether the database of the log has none of them: then what is found by its terms is compared once it has been fetched. */
  readonly areElsewhere: boolean
  /** Adds the texts; rows whose events have been removed in the meantime are left out. */
  readonly addTo: (rows: readonly Row[]) => Promise<readonly Row[]>
}

/** Reads a page over all partitions; the cursor counts only what was returned. */
export async function readLog(handle: ReadHandle, texts: Texts, options: ReadOptions): Promise<LogPage> {
  const starts = await startsOf(handle, options)
  if (options.from === 'end') return { events: [], cursor: encodeCursor(starts) }
  const rows = isLookup(options)
    ? await lookUp(handle, texts, options, starts)
    : await texts.addTo(await scan(handle, options, starts))
  if (options.from === 'last') return { events: rows.toReversed().map(toLogged), cursor: encodeCursor(starts) }
  return { events: rows.map(toLogged), cursor: encodeCursor(advance(starts, rows)) }
}

function isLookup({ eventId, subject, correlationId, text }: ReadOptions): boolean {
  return [eventId, subject, correlationId, text].some((each) => each !== undefined)
}

const columns = fragment`l.topic, l.part, l.position, l.event_id, l.type, l.event::text as event, l.appended_at, l.kafka_offset`

function placesOf(starts: readonly Start[]): Fragment {
  return fragment`
    unnest(
      ${starts.map(({ topic }) => topic)}::smallint[], ${starts.map(({ part }) => part)}::smallint[],
      ${starts.map(({ position }) => position)}::bigint[]
    ) as w(topic, part, position)`
}

/** By the time of the append, but never against the positions of a partition, also where the clock was set back: the next page continues after the last one. */
function directionOf({ from }: ReadOptions): Readonly<Record<'order' | 'side' | 'time', Fragment>> {
  if (from === 'last') return { order: fragment`desc`, side: fragment`<`, time: fragment`l.appended_at` }
  const time = fragment`max(l.appended_at) over (partition by l.topic, l.part order by l.position)`
  return { order: fragment`asc`, side: fragment`>=`, time }
}

/** Finds the few events of an id, a subject, a correlation or with an identifier in them. */
async function lookUp(
  handle: ReadHandle,
  texts: Texts,
  options: ReadOptions,
  starts: readonly Start[],
): Promise<readonly Row[]> {
  const { limit = 100, from } = options
  if (!texts.areElsewhere) return findByTerms(handle, texts, options, starts)
  const kept: Row[] = []
  for (let places = starts; ;) {
    const found = await findByTerms(handle, texts, options, places)
    for (const row of await texts.addTo(found)) if (kept.length < limit && fits(options, row.event)) kept.push(row)
    if (found.length < limit || kept.length === limit) return kept
    places = advance(places, found, from === 'last' ? 0 : 1)
  }
}

/** Whether an event that has the terms of a search has them where they are searched. */
function fits({ subject, correlationId, text }: ReadOptions, event: string): boolean {
  if (text !== undefined && !event.includes(JSON.stringify(text))) return false
  if (subject === undefined && correlationId === undefined) return true
  const found = JSON.parse(event) as { readonly subject?: unknown; readonly correlationid?: unknown }
  return (
    (subject === undefined || found.subject === subject) &&
    (correlationId === undefined || found.correlationid === correlationId)
  )
}

/** Finds events by the index of their terms. */
function findByTerms(
  handle: ReadHandle,
  { areElsewhere }: Texts,
  options: ReadOptions,
  starts: readonly Start[],
): Promise<Row[]> {
  const { limit = 100, types = null, eventId = null, subject = null, correlationId = null, text = null } = options
  if (text !== null && !isIdentifier(text))
    throw platformError(
      'request.invalid',
      'An identifier must be one word of at least 4 characters with at least one digit.',
    )
  const texts = [eventId, subject, correlationId, text].filter((each) => each !== null)
  const { order, side, time } = directionOf(options)
  // What cannot be older than the identifiers it is found by is not looked for in older segments.
  const oldest = Math.max(...texts.map(createdMs))
  // Without the boundary of `offset 0` the planner reads, beside the few entries of the terms, all positions by their index.
  return handle.sql<Row>`
    select ${columns}, t.name
    from (
      select l.* from event_log l
      where l.segment >= coalesce((
          select min(begun.id) from (
            select max(id) as id from event_segments
            where starts_at <= to_timestamp(${oldest / 1_000}::float8) - interval '1 hour' group by topic
          ) begun
        ), 0)
        and l.terms @> ${texts.map(termOf)}::integer[]
        and (${eventId}::uuid is null or l.event_id = ${eventId}::uuid)
        and (${types}::text[] is null or l.type = any(${types}::text[]) or split_part(l.type, '/', 1) = any(${types}::text[]))
        and (${areElsewhere}::boolean or ${subject}::text is null or l.event->>'subject' = ${subject}::text)
        and (${areElsewhere}::boolean or ${correlationId}::text is null or l.event->>'correlationid' = ${correlationId}::text)
        and (${areElsewhere}::boolean or ${text === null ? null : JSON.stringify(text)}::text is null
          or strpos(l.event::text, ${text === null ? null : JSON.stringify(text)}::text) > 0)
      offset 0
    ) l
    join ${placesOf(starts)} on w.topic = l.topic and w.part = l.part and l.position ${side} w.position
    join event_topics t on t.id = l.topic
    order by ${time} ${order}, l.topic ${order}, l.part ${order}, l.position ${order} limit ${limit}`
}

/** Returns the time of a UUIDv7 (RFC 9562); 0 for any other text. */
function createdMs(id: string): number {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7/i.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : 0
}

/** Reads the events at the positions, segment by segment. */
function scan(handle: ReadHandle, options: ReadOptions, starts: readonly Start[]): Promise<Row[]> {
  const { limit = 100, types = null } = options
  const { order, side, time } = directionOf(options)
  const relevant =
    options.from === 'last'
      ? fragment`and b.first_position < w.position`
      : fragment`
        and b.first_position >= coalesce((
          select max(x.first_position) from event_segment_starts x
          where x.topic = w.topic and x.part = w.part and x.first_position <= w.position
        ), 0)`
  return handle.sql<Row>`
    select l.*, t.name
    from ${placesOf(starts)}
    join event_topics t on t.id = w.topic
    cross join lateral (
      select l.*, b.first_position from event_segment_starts b
      cross join lateral (
        select ${columns} from event_log l
        where l.segment = b.segment and l.part = w.part and l.position ${side} w.position
          and (${types}::text[] is null or l.type = any(${types}::text[]) or split_part(l.type, '/', 1) = any(${types}::text[]))
        order by l.position ${order} limit ${limit}
      ) l
      where b.topic = w.topic and b.part = w.part ${relevant}
      order by b.first_position ${order}, l.position ${order} limit ${limit}
    ) l
    order by ${time} ${order}, w.topic ${order}, w.part ${order}, l.position ${order} limit ${limit}`
}

function toLogged({
  name,
  part,
  position,
  event_id,
  type,
  event,
  appended_at,
}: Row): LoggedEvent & { appendedAt: Temporal.Instant } {
  return { topic: name, partition: part, position, id: event_id, type, event, appendedAt: appended_at }
}

function advance(starts: readonly Start[], rows: readonly Row[], by = 1): Start[] {
  const next = new Map(rows.map(({ topic, part, position }) => [`${topic}/${part}`, position + by]))
  return starts.map((start) => ({ ...start, position: next.get(`${start.topic}/${start.part}`) ?? start.position }))
}

async function startsOf({ sql }: ReadHandle, { from = 'start', topics: names }: ReadOptions): Promise<Start[]> {
  const topics = names ?? null
  const since = typeof from === 'object' && 'since' in from ? from.since : null
  const starts = await sql<Start>`
    select p.topic, p.part,
      case
        when ${from === 'end' || from === 'last'}::boolean then p.next_position
        when ${since}::timestamptz is null then 0
        else event_log_position_since(p.topic, p.part, ${since}::timestamptz)
      end as position
    from event_partitions p join event_topics t on t.id = p.topic
    where ${topics}::text[] is null or t.name = any(${topics}::text[])
    order by p.topic, p.part`
  if (typeof from === 'string' || !('cursor' in from)) return starts
  const passed = decodeCursor(from.cursor)
  return starts.map((start) => ({ ...start, position: passed.get(`${start.topic}/${start.part}`) ?? 0 }))
}
