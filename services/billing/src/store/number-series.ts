import type { WriteHandle } from '@stoa/contract'
import type { Place } from '../domain/number.ts'

/** The next place of a series, with the time of its document, which is never before that of the place before. */
export interface TakenPlace {
  readonly place: Place
  readonly issuedAt: Temporal.Instant
}

/**
 * Takes the next place of a series. The row stays locked until the transaction ends, so that the places of committed
 * documents have neither gaps nor duplicates: take it last, as other documents of the series wait.
 */
export async function takePlace(
  tx: WriteHandle,
  { kind, legalEntity, year }: Omit<Place, 'position'>,
  now: Temporal.Instant,
): Promise<TakenPlace> {
  const [row] = await tx.sql<{ position: number; issued_at: Temporal.Instant }>`
    insert into number_series as s (legal_entity, kind, year, last_position, last_issued_at)
    values (${legalEntity}, ${kind}, ${year}, 1, ${now})
    on conflict (legal_entity, kind, year) do update
      set last_position = s.last_position + 1, last_issued_at = greatest(s.last_issued_at, excluded.last_issued_at)
    returning last_position as position, last_issued_at as issued_at`
  if (row === undefined) throw new Error('an upsert returned no row')
  return { place: { kind, legalEntity, year, position: row.position }, issuedAt: row.issued_at }
}
