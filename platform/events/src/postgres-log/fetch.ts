import type { Sql } from '@stoa/contract'
import { identifier, sqlState } from '@stoa/postgres'
import type { Member } from '../groups/membership.ts'
import type { FetchedRow, Place } from '../groups/fetched.ts'
import { eventsInKafka } from './topics.ts'

/** Which segment the positions from `first` on are in, until the next one's. */
interface Start {
  readonly first: number
  readonly segment: number
}

interface TopicSegments {
  readonly newest: number
  /** By partition, in the order of their positions. */
  readonly starts: ReadonlyMap<number, readonly Start[]>
}

// The statements name the segments, so that each reads one table, regardless of the number of segments.
const segmentsBySession = new WeakMap<Sql, Map<number, TopicSegments>>()

/** Fetches what comes next in each of these partitions, up to a limit in each, partition after partition. */
export async function fetchNext(
  sql: Sql,
  member: Member,
  from: readonly Place[],
  limit: number,
): Promise<FetchedRow[]> {
  const known = segmentsBySession.get(sql) ?? new Map<number, TopicSegments>()
  segmentsBySession.set(sql, known)
  const unknown = [...new Set(from.map(({ topic }) => topic))].filter((topic) => !known.has(topic))
  if (unknown.length > 0) await learn(sql, known, unknown)
  try {
    return await fetchAll({ sql, member, limit }, known, from)
  } catch (error) {
    // The segment has been dropped since.
    if (sqlState(error) !== '42P01') throw error
    await learn(sql, known, [...known.keys()])
    return fetchAll({ sql, member, limit }, known, from)
  }
}

async function learn(sql: Sql, known: Map<number, TopicSegments>, topics: readonly number[]): Promise<void> {
  const rows = await sql<{ topic: number; segment: number; part: number | null; first: number | null }>`
    select s.topic, s.id as segment, b.part, b.first_position as first
    from event_segments s left join event_segment_starts b on b.segment = s.id
    where s.topic = any(${topics}::smallint[]) order by s.id, b.part`
  for (const topic of topics) {
    const starts = new Map<number, Start[]>()
    let newest = -1
    for (const { topic: of, segment, part, first } of rows) {
      if (of !== topic) continue
      newest = segment
      if (part === null || first === null) continue
      const start = { first, segment }
      const before = starts.get(part)
      if (before === undefined) starts.set(part, [start])
      else before.push(start)
    }
    if (newest === -1) known.delete(topic)
    else known.set(topic, { newest, starts })
  }
}

function segmentAt(known: ReadonlyMap<number, TopicSegments>, { topic, part, position }: Place): number | undefined {
  const starts = known.get(topic)?.starts.get(part)
  const found = starts?.findLast(({ first }) => first <= position) ?? starts?.[0]
  return found?.segment ?? known.get(topic)?.newest
}

function segmentAfter(
  known: ReadonlyMap<number, TopicSegments>,
  { topic, part }: Place,
  segment: number,
): number | undefined {
  return known
    .get(topic)
    ?.starts.get(part)
    ?.find((start) => start.segment > segment)?.segment
}

interface Wanted {
  readonly place: Place
  readonly segment: number
}

interface Request {
  readonly sql: Sql
  readonly member: Member
  readonly limit: number
}

async function fetchAll(
  request: Request,
  known: Map<number, TopicSegments>,
  from: readonly Place[],
): Promise<FetchedRow[]> {
  let wanted = from.flatMap((place): Wanted[] => {
    const segment = segmentAt(known, place)
    return segment === undefined ? [] : [{ place, segment }]
  })
  const rows: FetchedRow[] = []
  for (let isFirst = true; wanted.length > 0; isFirst = false) {
    const bySegment = Map.groupBy(wanted, ({ segment }) => segment)
    const found = await Promise.all([...bySegment].map(([segment, places]) => fetchFrom(request, segment, places)))
    rows.push(...found.flatMap((each) => each.rows))
    wanted = await goOn(
      request.sql,
      known,
      found.flatMap((each) => each.unfinished),
    )
    if (isFirst && wanted.length === 0) return rows
  }
  return rows.toSorted((a, b) => a.topic - b.topic || a.part - b.part || a.position - b.position)
}

/** The partitions that continue in the next segment. */
async function goOn(sql: Sql, known: Map<number, TopicSegments>, unfinished: readonly Wanted[]): Promise<Wanted[]> {
  if (unfinished.length === 0) return []
  const isUnknown = ({ place, segment }: Wanted) => segmentAfter(known, place, segment) === undefined
  const topics = new Set(unfinished.filter(isUnknown).map(({ place }) => place.topic))
  if (topics.size > 0) await learn(sql, known, [...topics])
  return unfinished.flatMap(({ place, segment }) => {
    const next = segmentAfter(known, place, segment)
    return next === undefined ? [] : [{ place, segment: next }]
  })
}

type Found = Omit<FetchedRow, 'position'> & { readonly position: number | null; readonly head_segment: number }

async function fetchFrom(
  { sql, member: { group, types, takesAll }, limit }: Request,
  segment: number,
  wanted: readonly Wanted[],
): Promise<{ rows: FetchedRow[]; unfinished: Wanted[] }> {
  const places = wanted.map(({ place }) => place)
  const found = await sql<Found>`
    select w.topic, w.part, h.segment as head_segment, e.position, e.event_id, e.type,
      case when ${takesAll}::boolean or e.type = any(${types}::text[]) then e.event::text end as event,
      -- As of this statement: what is appended after a release has joined is foreign to those that do not know it.
      not ${takesAll}::boolean and e.type <> all(${types}::text[])
        and e.type = any((select g.types from consumer_groups g where g.name = ${group})::text[]) as is_foreign
    from unnest(
      ${places.map(({ topic }) => topic)}::smallint[], ${places.map(({ part }) => part)}::smallint[],
      ${places.map(({ position }) => position)}::bigint[]
    ) as w(topic, part, position)
    join event_partitions h
      on h.topic = w.topic and h.part = w.part and h.next_position > greatest(w.position, h.first_position)
    left join lateral (
      select l.position, l.event_id, l.type, l.event from ${identifier(`event_log_${segment}`)} l
      where l.part = w.part and l.position >= w.position
      order by l.position limit ${limit}
    ) e on true
    order by w.topic, w.part, e.position`
  if (found.some(({ event }) => event === 'null')) throw eventsInKafka('a topic')
  const unfinished: Wanted[] = []
  for (const [, batch] of Map.groupBy(found, ({ topic, part }) => topic * 65_536 + part)) {
    const last = batch.at(-1)
    if (last === undefined || last.head_segment === segment || batch.length >= limit) continue
    const { topic, part } = last
    const before = places.find((place) => place.topic === topic && place.part === part)
    const position = last.position === null ? (before?.position ?? 0) : last.position + 1
    unfinished.push({ place: { topic, part, position }, segment })
  }
  return { rows: found.filter((row): row is Found & FetchedRow => row.position !== null), unfinished }
}
