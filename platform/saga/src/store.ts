import type { Json, ReadHandle, WriteHandle } from '@stoa/contract'
import { fragment } from '@stoa/postgres'
import type { EntryKind, JournalEntry, StepOutcome } from './journal.ts'
import {
  headColumns,
  headRows,
  isLive,
  isUnopposed,
  journalRows,
  setHead,
  type SagaHead,
  type Transition,
} from './transition.ts'

/** Thrown when the ownership row of a saga has changed: the transaction must not commit. */
export class Fenced extends Error {}

/** Thrown when a conflicting signal has arrived: the transaction must not commit. */
export class Opposed extends Error {}

interface JournalRow {
  readonly sagaId: string
  readonly seq: number
  readonly step: string
  readonly kind: EntryKind
  readonly outcome: StepOutcome
  readonly attempts: number
  readonly result: string | null
  readonly error: string | null
  readonly detail: string | null
  readonly startedAtMs: number
  readonly endedAtMs: number
}

/** Reads whole journals, in order, by saga. */
export async function readJournals(db: ReadHandle, sagaIds: readonly string[]): Promise<Map<string, JournalEntry[]>> {
  const rows = await db.sql<JournalRow>`
    select saga_id as "sagaId", seq, step, kind, outcome, attempts, result::text, error, detail,
      (extract(epoch from started_at) * 1000)::float8 as "startedAtMs",
      (extract(epoch from ended_at) * 1000)::float8 as "endedAtMs"
    from saga_journal where saga_id = any(${sagaIds}) order by saga_id, seq`
  const journals = new Map<string, JournalEntry[]>(sagaIds.map((id) => [id, []]))
  for (const row of rows) journals.get(row.sagaId)?.push(entryOf(row))
  return journals
}

function entryOf({
  step,
  kind,
  outcome,
  attempts,
  result,
  error,
  detail,
  startedAtMs,
  endedAtMs,
}: JournalRow): JournalEntry {
  return {
    step,
    kind,
    outcome,
    attempts,
    ...(result === null ? {} : { result: JSON.parse(result) as Json }),
    ...(error === null ? {} : { error }),
    ...(detail === null ? {} : { detail }),
    startedAtMs,
    endedAtMs,
  }
}

/** Reads the stored signals of sagas, including requests of operators. */
export function readSignals(db: ReadHandle, sagaIds: readonly string[]): Promise<Signal[]> {
  return db.sql<Signal>`
    select saga_id as "sagaId", name, value from saga_signals where saga_id = any(${sagaIds})`
}

interface Owner {
  readonly worker: string
  readonly epoch: number
}

/** Reads the stored signals of a saga of this owner. @throws Fenced if it has another owner */
export async function readKept(
  db: ReadHandle,
  sagaId: string,
  owner: Owner,
): Promise<{ readonly isCancelled: boolean; readonly signals: readonly Signal[] }> {
  const [row] = await db.sql<{ isCancelled: boolean; signals: Signal[] | null }>`
    select s.is_cancelled as "isCancelled", (
      select json_agg(json_build_object('sagaId', g.saga_id, 'name', g.name, 'value', g.value))
      from saga_signals g where g.saga_id = s.id
    ) as signals
    from sagas s where s.id = ${sagaId} and s.owner = ${owner.worker} and s.epoch = ${owner.epoch}`
  if (row === undefined) throw new Fenced('the saga has another owner')
  return { isCancelled: row.isCancelled, signals: row.signals ?? [] }
}

export interface Signal {
  readonly sagaId: string
  readonly name: string
  readonly value: Json
}

/**
 * Writes a transition in an open transaction, fenced on the row of the saga. Send it first: its row lock blocks
 * a takeover until the end of the transaction. @throws Fenced, Opposed
 */
export async function writeTransition(tx: WriteHandle, transition: Transition, owner: Owner): Promise<void> {
  const { sagaId, head, entries, guard, dropsSignals } = transition
  const isOwn = fragment`s.id = ${sagaId} and s.owner = ${owner.worker} and s.epoch = ${owner.epoch}`
  const isHeld = guard === undefined ? isOwn : fragment`${isOwn} and ${isUnopposed}`
  const from = guard === undefined && head === undefined ? fragment`` : headRows([transition])
  const lock =
    head === undefined
      ? fragment`select 1 from sagas s ${guard === undefined ? fragment`` : fragment`join ${from} on n.id = s.id`} where ${isHeld} for update of s`
      : fragment`update sagas s set ${setHead} from ${from} where ${isHeld} and n.id = s.id returning 1`
  const journal =
    entries.length === 0
      ? fragment``
      : fragment`, j as (insert into saga_journal select r.* from h, ${journalRows([transition], fragment``)})`
  const signals =
    dropsSignals === true
      ? fragment`, g as (delete from saga_signals where saga_id = ${sagaId} and exists (select from h))`
      : fragment``
  const rows = await tx.sql`with h as materialized (${lock}) ${journal} ${signals} select 1 from h`
  if (rows.length > 0) return
  const own = guard === undefined ? [] : await tx.sql`select 1 from sagas s where ${isOwn}`
  throw own.length > 0 ? new Opposed('a signal arrived first') : new Fenced('the saga has another owner')
}

/** Reads heads of sagas that this worker owns. */
export function readOwnHead(db: ReadHandle, sagaId: string, worker: string): Promise<SagaHead[]> {
  return db.sql<SagaHead>`select ${headColumns} from sagas s where s.id = ${sagaId} and s.owner = ${worker} and ${isLive}`
}
