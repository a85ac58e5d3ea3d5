import type { Fragment } from '@stoa/postgres'
import { fragment } from '@stoa/postgres'
import type { JournalEntry, SagaState } from './journal.ts'

/** Attempts from before a saga was unloaded. */
export interface Retry {
  /** Sequence number of the journal row that will end them; once it exists, they no longer count. */
  readonly seq: number
  readonly attempts: number
  readonly elapsedMs: number
  readonly lastError?: string
}

/** The head of a saga, as its worker reads it. */
export interface SagaHead {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly version: number
  readonly state: SagaState
  readonly input: unknown
  /** The number of its owners so far; 1 for the first. */
  readonly epoch: number
  readonly traceparent: string | null
  readonly correlationId: string | null
  readonly isCancelled: boolean
  readonly retry: Retry | null
  readonly createdAtMs: number
  /** The database's clock when the head was read. */
  readonly nowMs: number
}

/** A journal row to be written. */
export interface NewEntry extends JournalEntry {
  readonly seq: number
}

export interface HeadChange {
  readonly state: SagaState
  readonly reason: string | undefined
}

/** The signals that prevent a transition; checked in the statement that writes it. */
export interface Guard {
  /** The request of an operator to compensate the saga. */
  readonly cancelled?: boolean
  /** A signal of this name. */
  readonly signal?: string
}

/** One transition of one saga: its journal rows and, if its state changes, its head. */
export interface Transition {
  readonly sagaId: string
  readonly traceId: string
  readonly entries: readonly NewEntry[]
  readonly head?: HeadChange
  readonly guard?: Guard
  /** Releases the saga, to be claimed for its next attempt after the delay. */
  readonly rest?: { readonly afterMs: number; readonly retry: Retry }
  /** Whether it ends the saga, whose signals may be stored. */
  readonly dropsSignals?: boolean
}

/** Whether a transition depends on the head of the saga or changes it; others only add to the journal. */
export function touchesHead({ head, guard, rest }: Transition): boolean {
  return head !== undefined || guard !== undefined || rest !== undefined
}

/** The columns of a head, as JSON keys and row keys alike. */
export const headColumns: Fragment = fragment`
  s.id, s.name, s.key, s.version, s.state, s.input, s.epoch, s.traceparent, s.correlation_id as "correlationId",
  s.is_cancelled as "isCancelled", s.retry, (extract(epoch from s.created_at) * 1000)::float8 as "createdAtMs",
  (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"`

/** Matches sagas that are driven or must be. */
export const isLive: Fragment = fragment`s.state in ('running', 'waiting', 'compensating')`

/** Whether this release binds the version with which a saga started. */
export function isKnown(names: readonly string[], versions: readonly number[]): Fragment {
  return fragment`exists (
    select from unnest(${names}::text[], ${versions}::int[]) as k (name, version)
    where k.name = s.name and k.version = s.version)`
}

/** The new values of a head from `n`: an ended, stuck or unloaded saga has no worker. */
export const setHead: Fragment = fragment`
  state = coalesce(n.state, s.state),
  reason = coalesce(n.reason, s.reason),
  owner = case when n.state in ('completed', 'compensated', 'stuck') or n.rest_ms is not null then null else s.owner end,
  next_at = clock_timestamp() + n.rest_ms * interval '1 millisecond',
  retry = n.retry::json,
  updated_at = clock_timestamp(),
  ended_at = case when n.state in ('completed', 'compensated') then clock_timestamp() end`

/** The journal rows of transitions, as a row source named `r` with the journal's columns in their order. */
export function journalRows(transitions: readonly Transition[], isWritten: Fragment): Fragment {
  const ids: string[] = []
  const traceIds: string[] = []
  const areFree: boolean[] = []
  const entries: NewEntry[] = []
  for (const transition of transitions) {
    for (const entry of transition.entries) {
      ids.push(transition.sagaId)
      traceIds.push(transition.traceId)
      areFree.push(!touchesHead(transition))
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
      ${entries.map(({ endedAtMs }) => endedAtMs)}::float8[], ${areFree}::bool[]
    ) as u (saga_id, seq, step, kind, outcome, attempts, result, error, detail, trace_id, started, ended, is_free)
    ${isWritten}
  ) as r`
}

/** The head changes of transitions and their guards, as a row source named `n`. */
export function headRows(changed: readonly Transition[]): Fragment {
  return fragment`unnest(
    ${changed.map(({ sagaId }) => sagaId)}::text[], ${changed.map(({ head }) => head?.state ?? null)}::text[],
    ${changed.map(({ head }) => head?.reason ?? null)}::text[],
    ${changed.map(({ guard }) => guard?.cancelled === true)}::bool[],
    ${changed.map(({ guard }) => guard?.signal ?? null)}::text[],
    ${changed.map(({ rest }) => rest?.afterMs ?? null)}::float8[],
    ${changed.map(({ rest }) => (rest === undefined ? null : JSON.stringify(rest.retry)))}::text[]
  ) as n (id, state, reason, unless_cancelled, unless_signal, rest_ms, retry)`
}

/** Whether no signal has arrived that conflicts with transition `n`. */
export const isUnopposed: Fragment = fragment`
  not (n.unless_cancelled and s.is_cancelled)
  and not (n.unless_signal is not null and exists (
    select from saga_signals g where g.saga_id = n.id and g.name = n.unless_signal))`

/** PostgreSQL has no character 0 in a text. */
function storable(text: string | undefined): string | null {
  return text === undefined ? null : text.replaceAll('\0', '')
}
