import type { Json, ReadHandle, WriteHandle } from '@stoa/contract'
import { fragment } from '@stoa/postgres'
import type { EntryKind, JournalEntry, Outcome } from './journal.ts'
import {
  droppedSignals,
  headColumns,
  headRows,
  isLive,
  journalRows,
  setHead,
  type SagaHead,
  type Transition,
} from './transition.ts'

/** The row that says whose a saga is has changed: what was written in this transaction may not hold. */
export class Fenced extends Error {}

interface JournalRow {
  readonly sagaId: string
  readonly seq: number
  readonly step: string
  readonly kind: EntryKind
  readonly outcome: Outcome
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

/** Reads the signals kept for sagas, an operator's word among them. */
export function readSignals(db: ReadHandle, sagaIds: readonly string[]): Promise<Signal[]> {
  return db.sql<Signal>`
    select saga_id as "sagaId", name, value from saga_signals where saga_id = any(${sagaIds})`
}

export interface Signal {
  readonly sagaId: string
  readonly name: string
  readonly value: Json
}

/**
 * Writes a transition in an open transaction, fenced on the saga's own row. Send it first: the row's lock keeps a
 * takeover out until the end. @throws Fenced
 */
export async function writeTransition(
  tx: WriteHandle,
  transition: Transition,
  owner: { readonly worker: string; readonly epoch: number },
): Promise<void> {
  const held = fragment`s.id = ${transition.sagaId} and s.owner = ${owner.worker} and s.epoch = ${owner.epoch}`
  const head =
    transition.head === undefined
      ? fragment`select 1 from sagas s where ${held} for update`
      : fragment`update sagas s set ${setHead} from ${headRows([transition])} where ${held} and n.id = s.id returning 1`
  const journal =
    transition.entries.length === 0
      ? fragment``
      : fragment`, j as (insert into saga_journal select r.* from h, ${journalRows([transition])})`
  const signals = droppedSignals([transition], fragment`h`)
  const rows = await tx.sql`with h as materialized (${head}) ${journal} ${signals} select 1 from h`
  if (rows.length === 0) throw new Fenced('the saga has another owner')
}

/** Reads heads of sagas that this worker owns. */
export function readOwnHead(db: ReadHandle, sagaId: string, worker: string): Promise<SagaHead[]> {
  return db.sql<SagaHead>`select ${headColumns} from sagas s where s.id = ${sagaId} and s.owner = ${worker} and ${isLive}`
}
