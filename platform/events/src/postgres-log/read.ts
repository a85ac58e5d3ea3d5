import type { ReadHandle } from '@stoa/contract'
import { fragment } from '@stoa/postgres'
import type { LoggedEvent, LogPage, ReadOptions } from '../event-log.ts'

interface Start {
  readonly topic: number
  readonly part: number
  readonly position: number
}

interface Row extends Start {
  readonly name: string
  readonly event_id: string
  readonly type: string
  readonly event: string
  readonly appended_at: Temporal.Instant
}

/** Reads a page over all partitions; the cursor counts only what was answered. */
export async function readLog(handle: ReadHandle, options: ReadOptions): Promise<LogPage> {
  const starts = await startsOf(handle, options)
  if (options.from === 'end') return { events: [], cursor: encode(starts) }
  const { limit = 100, types = null, eventId = null, subject = null, correlationId = null, text = null } = options
  const isLast = options.from === 'last'
  const [first, latest] = isLast ? [fragment`desc`, fragment`<`] : [fragment`asc`, fragment`>=`]
  const rows = await handle.sql<Row>`
    select w.topic, w.part, t.name, e.position, e.event_id, e.type, e.event::text as event, e.appended_at
    from unnest(
      ${starts.map(({ topic }) => topic)}::smallint[], ${starts.map(({ part }) => part)}::smallint[],
      ${starts.map(({ position }) => position)}::bigint[]
    ) as w(topic, part, position)
    join event_topics t on t.id = w.topic
    cross join lateral (
      select * from event_log l
      where l.topic = w.topic and l.part = w.part and l.position ${latest} w.position
        and (${types}::text[] is null or l.type = any(${types}::text[]))
        and (${eventId}::uuid is null or l.event_id = ${eventId}::uuid)
        and (${subject}::text is null or l.event->>'subject' = ${subject}::text)
        and (${correlationId}::text is null or l.event->>'correlationid' = ${correlationId}::text)
        and (${text}::text is null or strpos(l.event::text, ${text}::text) > 0)
      order by l.position ${first} limit ${limit}
    ) e
    order by e.appended_at ${first}, w.topic ${first}, w.part ${first}, e.position ${first} limit ${limit}`
  if (isLast) return { events: rows.toReversed().map(toLogged), cursor: encode(starts) }
  return { events: rows.map(toLogged), cursor: encode(advance(starts, rows)) }
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

function advance(starts: readonly Start[], rows: readonly Row[]): Start[] {
  const next = new Map(rows.map(({ topic, part, position }) => [`${topic}/${part}`, position + 1]))
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
        else coalesce(
          (select min(l.position) from event_log l
           where l.topic = p.topic and l.part = p.part and l.appended_at >= ${since}::timestamptz), p.next_position)
      end as position
    from event_partitions p join event_topics t on t.id = p.topic
    where ${topics}::text[] is null or t.name = any(${topics}::text[])
    order by p.topic, p.part`
  if (typeof from === 'string' || !('cursor' in from)) return starts
  const passed = decode(from.cursor)
  return starts.map((start) => ({ ...start, position: passed.get(`${start.topic}/${start.part}`) ?? 0 }))
}

// Partitions at their beginning are left out: of many topics most are short.
function encode(starts: readonly Start[]): string {
  return starts.flatMap(({ topic, part, position }) => (position > 0 ? [`${topic}/${part}:${position}`] : [])).join(',')
}

function decode(cursor: string): Map<string, number> {
  const pairs = cursor === '' ? [] : cursor.split(',').map((pair) => pair.split(':') as [string, string])
  return new Map(
    pairs.map(([place, position]) => {
      if (!/^\d+$/.test(position ?? '')) throw new TypeError(`${cursor} is no cursor of the event log`)
      return [place, Number(position)]
    }),
  )
}
