import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { MatchChange, StoredMatch } from '../engine/match-changes.ts'
import type { Key } from '../engine/stream.ts'

const instant = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms)

/** A match as it is stored, with what was published of it. */
export interface MatchRow {
  readonly key: string
  readonly keyFields: Key
  readonly matchId: string
  readonly startsAt: Temporal.Instant
  readonly endsAt: Temporal.Instant
  readonly eventIds: readonly string[]
  readonly isWithdrawn: boolean
  readonly isFinal: boolean
  readonly isStale: boolean
  readonly revision: number
  readonly detectedAt: Temporal.Instant
}

type Row = MatchRow & Record<string, unknown>

/** A change of a match of a key. */
export interface KeyChange {
  readonly text: string
  readonly key: Key
  readonly change: MatchChange
}

/** The matches of locked keys that can change, and those with these ids. */
export async function readMatches(
  { sql }: WriteHandle,
  stream: string,
  keys: readonly string[],
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly StoredMatch[]>> {
  const rows = await sql<Row>`
    select key, match_id as "matchId", starts_at as "startsAt", ends_at as "endsAt", event_ids as "eventIds",
      is_withdrawn as "isWithdrawn", is_final as "isFinal", is_stale as "isStale"
    from pattern_matches
    where stream = ${stream} and key = any(${keys})
      and (not is_final and not is_withdrawn or match_id = any(${ids}::uuid[]))`
  return Map.groupBy(
    rows.map(({ startsAt, endsAt, ...row }) => ({
      ...row,
      startMs: startsAt.epochMilliseconds,
      endMs: endsAt.epochMilliseconds,
    })),
    ({ key }) => key,
  )
}

/**
 * Stores changed matches, and returns those that are published, with their revision: it grows with each publication, by the clock also over the end of
 * their retention.
 */
export async function storeMatches(
  { sql }: WriteHandle,
  stream: string,
  changes: readonly KeyChange[],
): Promise<MatchRow[]> {
  if (changes.length === 0) return []
  const column = <T>(value: (change: MatchChange) => T) => changes.map(({ change }) => value(change))
  const published = new Set(column(({ isPublished, matchId }) => (isPublished ? matchId : '')))
  const rows = await sql<Row>`
    insert into pattern_matches as m (stream, key, key_fields, customer_id, match_id, starts_at, ends_at, event_ids,
      is_withdrawn, is_final, is_stale, revision, detected_at)
    select ${stream}, n.key, n.fields::jsonb, n.fields::jsonb ->> 'customerId', n.id, n.starts_at, n.ends_at,
      n.events::jsonb, n.withdrawn, n.final, false, floor(extract(epoch from clock_timestamp()) * 1000)::bigint,
      date_trunc('milliseconds', clock_timestamp())
    from unnest(${changes.map(({ text }) => text)}::text[], ${changes.map(({ key }) => JSON.stringify(key))}::text[],
      ${column(({ matchId }) => matchId)}::uuid[], ${column(({ startMs }) => instant(startMs))}::timestamptz[],
      ${column(({ endMs }) => instant(endMs))}::timestamptz[],
      ${column(({ eventIds }) => JSON.stringify(eventIds))}::text[],
      ${column(({ isWithdrawn }) => isWithdrawn)}::boolean[], ${column(({ isFinal }) => isFinal)}::boolean[])
      as n(key, fields, id, starts_at, ends_at, events, withdrawn, final)
    on conflict (stream, key, match_id) do update set starts_at = excluded.starts_at, ends_at = excluded.ends_at,
      event_ids = excluded.event_ids, is_withdrawn = excluded.is_withdrawn, is_final = excluded.is_final, is_stale = false,
      revision = case when m.match_id = any(${[...published].filter((id) => id !== '')}::uuid[])
        then greatest(m.revision + 1, excluded.revision) else m.revision end
    returning key, key_fields as "keyFields", match_id as "matchId", starts_at as "startsAt", ends_at as "endsAt",
      event_ids as "eventIds", is_withdrawn as "isWithdrawn", is_final as "isFinal", is_stale as "isStale", revision,
      detected_at as "detectedAt"`
  return rows.filter(({ matchId }) => published.has(matchId))
}

/** Withdraws the first matches that a reset has not found again before this watermark. */
export function withdrawStale(
  { sql }: WriteHandle,
  stream: string,
  watermark: Temporal.Instant,
  limit: number,
): Promise<MatchRow[]> {
  return sql<Row>`
    update pattern_matches m set is_withdrawn = true, is_stale = false,
      revision = greatest(m.revision + 1, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
    from (
      select key, match_id from pattern_matches where stream = ${stream} and is_stale and ends_at < ${watermark}
      order by key, match_id limit ${limit} for update
    ) s
    where m.stream = ${stream} and m.key = s.key and m.match_id = s.match_id
    returning m.key, m.key_fields as "keyFields", m.match_id as "matchId", m.starts_at as "startsAt",
      m.ends_at as "endsAt", m.event_ids as "eventIds", m.is_withdrawn as "isWithdrawn", m.is_final as "isFinal",
      m.is_stale as "isStale", m.revision, m.detected_at as "detectedAt"`
}

/** The latest matches of a stream, or of a person. */
export function latestMatches({ sql }: ReadHandle, stream: string, limit: number): Promise<MatchRow[]> {
  return sql<Row>`
    select key, key_fields as "keyFields", match_id as "matchId", starts_at as "startsAt", ends_at as "endsAt",
      event_ids as "eventIds", is_withdrawn as "isWithdrawn", is_final as "isFinal", is_stale as "isStale", revision,
      detected_at as "detectedAt"
    from pattern_matches where stream = ${stream} order by detected_at desc, match_id limit ${limit}`
}

/** What is stored of the matches of a person. */
export function matchesOf({ sql }: ReadHandle, customerId: string): Promise<Record<string, unknown>[]> {
  return sql`
    select stream as pattern, match_id as "matchId", starts_at::text as "startsAt", ends_at::text as "endsAt"
    from pattern_matches where customer_id = ${customerId} order by starts_at limit 10000`
}

/** Removes matches that were detected before; returns how many. */
export async function deleteMatches({ sql }: WriteHandle, before: Temporal.Instant, limit: number): Promise<number> {
  const rows = await sql`
    delete from pattern_matches where ctid = any(array(
      select ctid from pattern_matches where detected_at < ${before} and (is_final or is_withdrawn) limit ${limit} for update
    )) returning 1`
  return rows.length
}
