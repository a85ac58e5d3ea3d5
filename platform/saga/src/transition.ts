import type { Fragment } from '@stoa/postgres'
import { fragment } from '@stoa/postgres'
import type { JournalEntry, SagaState } from './journal.ts'

/** A saga's head as whoever drives it needs it. */
export interface SagaHead {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly version: number
  readonly state: SagaState
  readonly input: unknown
  /** Counts the owners it has had; 1 for the first. */
  readonly epoch: number
  readonly traceparent: string | null
  readonly correlationId: string | null
  readonly createdAtMs: number
}

/** A journal row on its way. */
export interface NewEntry extends JournalEntry {
  readonly seq: number
}

export interface HeadChange {
  readonly state: SagaState
  readonly reason: string | undefined
}

/** One move of one saga: its journal rows and, when its state changes, its head. */
export interface Transition {
  readonly sagaId: string
  readonly traceId: string
  readonly entries: readonly NewEntry[]
  readonly head?: HeadChange
  /** It ends the saga, for which signals may be kept. */
  readonly dropsSignals?: boolean
}

/** The columns of a head, as JSON keys and row keys alike. */
export const headColumns: Fragment = fragment`
  s.id, s.name, s.key, s.version, s.state, s.input, s.epoch, s.traceparent, s.correlation_id as "correlationId",
  (extract(epoch from s.created_at) * 1000)::float8 as "createdAtMs"`

/** Sagas that somebody drives, or has to. */
export const isLive: Fragment = fragment`s.state in ('running', 'waiting', 'compensating')`

/** What a head is set to: one that has ended or is stuck belongs to nobody. */
export const setHead: Fragment = fragment`
  state = n.state,
  reason = coalesce(n.reason, s.reason),
  owner = case when n.state in ('completed', 'compensated', 'stuck') then null else s.owner end,
  updated_at = clock_timestamp(),
  ended_at = case when n.state in ('completed', 'compensated') then clock_timestamp() end`

/** The journal rows of transitions, as a row source named `r` with the journal's columns in their order. */
export function journalRows(transitions: readonly Transition[]): Fragment {
  const ids: string[] = []
  const traceIds: string[] = []
  const entries: NewEntry[] = []
  for (const { sagaId, traceId, entries: own } of transitions) {
    for (const entry of own) {
      ids.push(sagaId)
      traceIds.push(traceId)
      entries.push(entry)
    }
  }
  return fragment`(
    select u.saga_id, u.seq, u.step, u.kind, u.outcome, u.attempts, u.result::json, u.error, u.detail, u.trace_id,
      to_timestamp(u.started / 1000.0), to_timestamp(u.ended / 1000.0)
    from unnest(
      ${ids}::text[], ${entries.map(({ seq }) => seq)}::int[], ${entries.map(({ step }) => step)}::text[],
      ${entries.map(({ kind }) => kind)}::text[], ${entries.map(({ outcome }) => outcome)}::text[],
      ${entries.map(({ attempts }) => attempts)}::int[],
      ${entries.map(({ result }) => (result === undefined ? null : JSON.stringify(result)))}::text[],
      ${entries.map(({ error }) => storable(error))}::text[], ${entries.map(({ detail }) => storable(detail))}::text[],
      ${traceIds}::text[], ${entries.map(({ startedAtMs }) => startedAtMs)}::float8[],
      ${entries.map(({ endedAtMs }) => endedAtMs)}::float8[]
    ) as u (saga_id, seq, step, kind, outcome, attempts, result, error, detail, trace_id, started, ended)
  ) as r`
}

/** The head changes of transitions, as a row source named `n`. */
export function headRows(transitions: readonly Transition[]): Fragment {
  const changed = transitions.filter(({ head }) => head !== undefined)
  return fragment`unnest(
    ${changed.map(({ sagaId }) => sagaId)}::text[], ${changed.map(({ head }) => head?.state)}::text[],
    ${changed.map(({ head }) => head?.reason ?? null)}::text[]
  ) as n (id, state, reason)`
}

/** Removes what was kept for sagas that end; empty for the others. `held` names a row source that is empty when fenced. */
export function droppedSignals(transitions: readonly Transition[], held: Fragment): Fragment {
  const ended = transitions.filter(({ dropsSignals }) => dropsSignals === true).map(({ sagaId }) => sagaId)
  if (ended.length === 0) return fragment``
  return fragment`, g as (delete from saga_signals where saga_id = any(${ended}) and exists (select from ${held}))`
}

/** PostgreSQL has no character 0 in a text. */
function storable(text: string | undefined): string | null {
  return text === undefined ? null : text.replaceAll('\0', '')
}
