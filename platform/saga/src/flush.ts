import { fragment, type Session } from '@stoa/postgres'
import { headColumns, headRows, isKnown, isLive, isUnopposed, journalRows, setHead, touchesHead } from './transition.ts'
import type { SagaHead, Transition } from './transition.ts'

/** The lane of a worker for which a flush is written, and the sagas that this worker can claim. */
export interface FlushLane {
  readonly worker: string
  readonly number: number
  readonly session: Session
  readonly names: readonly string[]
  readonly versions: readonly number[]
}

export interface Flushed {
  /** The applied transitions that change a head. */
  readonly written: ReadonlySet<string>
  readonly claimed: readonly SagaHead[]
}

/** Renews the lease. Returns undefined if the worker has been fenced. */
export async function flushBeat({ session, worker, number }: FlushLane): Promise<Flushed | undefined> {
  const held = await session.sql`
    update saga_lanes set beat_at = clock_timestamp()
    where worker = ${worker} and lane = ${number} and epoch = 1 returning 1`
  return held.length === 1 ? { written: new Set(), claimed: [] } : undefined
}

/**
 * Writes transitions and claims in one statement that takes effect only while the lane has its original epoch: it locks the row
 * of the lane, so that a takeover waits, without writing a new row version, which would accumulate under an old snapshot. A
 * locked head is skipped and awaited separately. Returns undefined, without writing, if the worker has been fenced.
 */
export async function flush(
  lane: FlushLane,
  transitions: readonly Transition[],
  claims: readonly string[],
): Promise<Flushed | undefined> {
  const { session, worker, number } = lane
  const changed = transitions.filter(touchesHead)
  const hasChanged = changed.length > 0
  const isWritten = hasChanged ? fragment`where u.is_free or u.saga_id in (select h.id from h)` : fragment``
  const journal = transitions.some(({ entries }) => entries.length > 0)
    ? fragment`, j as (insert into saga_journal select r.* from w, ${journalRows(transitions, isWritten)})`
    : fragment``
  const claim = claims.length === 0 ? fragment`` : claimPart(lane, claims)
  const claimed = claims.length === 0 ? fragment`null` : fragment`(select json_agg(c) from c)`
  const written = hasChanged ? fragment`(select array_agg(h.id) from h)` : fragment`null`
  const [row] = await session.sql<{ held: number; written: string[] | null; claimed: SagaHead[] | null }>`
    with w as materialized (
      select 1 from saga_lanes where worker = ${worker} and lane = ${number} and epoch = 1 for share
    ) ${hasChanged ? headPart(worker, changed) : fragment``} ${journal} ${droppedSignals(changed)} ${claim}
    select (select count(*) from w) as held, ${written} as written, ${claimed} as claimed`
  if (row?.held !== 1) return undefined
  return { written: new Set(row.written ?? []), claimed: row.claimed ?? [] }
}

/**
 * Finds each row by its id, whatever the statistics are: a subquery that locks is run once for each `n`, and the owner is
 * compared in a form that no index supports, because one owner may own every row.
 */
function headPart(worker: string, changed: readonly Transition[]) {
  return fragment`, h as materialized (
      select n.* from ${headRows(changed)} cross join lateral (
        select from sagas s
        where s.id = n.id and s.owner is not distinct from ${worker}::uuid and ${isUnopposed} and exists (select from w)
        for update skip locked
      ) s
    ), e as (
      update sagas s set ${setHead} from h as n
      where s.id = n.id and s.id = any(${changed.map(({ sagaId }) => sagaId)})
        and (n.state is not null or n.rest_ms is not null)
    )`
}

function claimPart({ worker, names, versions }: FlushLane, claims: readonly string[]) {
  return fragment`, c as (
    update sagas s set owner = ${worker}, epoch = s.epoch + 1, next_at = null, updated_at = clock_timestamp()
    where s.id = any(array(
      select s.id from sagas s
      where s.id = any(${claims}) and s.owner is null and ${isLive} and ${isKnown(names, versions)}
      for update skip locked
    )) and exists (select from w)
    returning ${headColumns}
  )`
}

/** Deletes the signals of sagas that end. */
function droppedSignals(changed: readonly Transition[]) {
  const ended = changed.filter(({ dropsSignals }) => dropsSignals === true).map(({ sagaId }) => sagaId)
  if (ended.length === 0) return fragment``
  return fragment`, g as (
    delete from saga_signals where saga_id = any(array(select h.id from h where h.id = any(${ended}))))`
}
