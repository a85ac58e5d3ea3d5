import { fragment, type Fragment, type Session } from '@stoa/postgres'
import type { Definitions } from './definitions.ts'
import type { Beat } from './lease-watch.ts'
import type { Signal } from './store.ts'
import { isLive } from './transition.ts'

export interface Surroundings {
  /** Sagas without a worker, of versions bound here. */
  readonly unclaimed: readonly string[]
  /** The stored signals of the sagas of this worker. */
  readonly signals: readonly Signal[]
  /** Workers that were partly taken over or have died, and are still recorded as owners. */
  readonly gone: readonly string[]
  /** When the other workers last renewed their leases. */
  readonly beats: readonly Beat[]
}

export interface LookOptions {
  readonly worker: string
  readonly definitions: Definitions
  /** Returns how many more sagas of a type can be claimed. */
  readonly room: (name: string) => number
  /** Leaves out sagas and signals that are older than a minute: an old snapshot makes reading all rows expensive. */
  readonly isNarrow?: boolean
}

/** Looks for work, in one statement. The locks of workers found dead are held by this session afterwards. */
export async function lookAround(session: Session, options: LookOptions): Promise<Surroundings> {
  const { worker, definitions, room, isNarrow = false } = options
  const types = definitions.all.map(({ name, version }) => ({ name, version, room: room(name) }))
  const open = types.filter((type) => type.room > 0)
  const since = isNarrow ? fragment`and s.created_at > statement_timestamp() - interval '1 minute'` : fragment``
  const sent = isNarrow ? fragment`where g.sent_at > statement_timestamp() - interval '1 minute'` : fragment``
  const [row] = await session.sql<LookRow>`
    select
      ${idsOf(open, fragment`and s.next_at is null ${since} order by s.created_at`)} as fresh,
      ${idsOf(open, fragment`and s.next_at <= statement_timestamp() order by s.next_at`)} as rested,
      (select json_agg(json_build_object('sagaId', g.saga_id, 'name', g.name, 'value', g.value))
        from saga_signals g cross join lateral (
          select from sagas s where s.id = g.saga_id and s.owner is not distinct from ${worker}::uuid and ${isLive} offset 0
        ) s ${sent}) as signals,
      (select array_agg(w.id) from saga_workers w where case
        when w.id = ${worker} then false
        when w.is_dead then true
        else pg_try_advisory_lock(hashtextextended('stoa.saga-worker:' || w.id, 0))
      end) as gone,
      (select json_agg(json_build_object('worker', b.worker, 'beat', b.beat)) from (
        select l.worker, max(l.beat_at) as beat from saga_lanes l where l.worker <> ${worker} group by l.worker
      ) b) as beats`
  return {
    unclaimed: inTurn(row?.fresh ?? [], row?.rested ?? []),
    signals: row?.signals ?? [],
    gone: row?.gone ?? [],
    beats: row?.beats ?? [],
  }
}

interface LookRow {
  readonly fresh: readonly string[] | null
  readonly rested: readonly string[] | null
  readonly signals: readonly Signal[] | null
  readonly gone: readonly string[] | null
  readonly beats: readonly Beat[] | null
}

interface OpenType {
  readonly name: string
  readonly version: number
  readonly room: number
}

/** Returns the ids of sagas without a worker, separately per type, so that types without capacity do not block others. */
function idsOf(types: readonly OpenType[], which: Fragment): Fragment {
  return fragment`(
    select array_agg(u.id) from unnest(
      ${types.map(({ name }) => name)}::text[], ${types.map(({ version }) => version)}::int[],
      ${types.map(({ room }) => room)}::int[]
    ) as t (name, version, room) cross join lateral (
      select s.id from sagas s
      where s.name = t.name and s.version = t.version and s.owner is null and ${isLive} ${which} limit t.room
    ) u
  )`
}

/** Alternates between new sagas and sagas whose next attempt is due, so that neither group waits for the other. */
function inTurn(fresh: readonly string[], rested: readonly string[]): string[] {
  const most = Math.max(fresh.length, rested.length)
  return Array.from({ length: most }, (_, n) => [fresh[n], rested[n]])
    .flat()
    .filter((id) => id !== undefined)
}
