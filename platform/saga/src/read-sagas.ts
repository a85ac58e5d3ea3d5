import type { Json, ReadHandle } from '@stoa/contract'
import { AppError, compact } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'
import { parseTraceparent } from '@stoa/telemetry'
import type { SagaState } from './journal.ts'
import type { LiveSaga } from './live-saga.ts'
import { readJournals } from './store.ts'

export interface SagaQuery {
  readonly state?: SagaState | undefined
  /** The saga's name. */
  readonly type?: string | undefined
  /** 50 unless given, at most 200. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** A saga as operators see it; times are RFC 3339. */
export interface SagaSummary {
  readonly id: string
  readonly type: string
  readonly key: string
  readonly version: number
  readonly state: SagaState
  /** Why it is, or was, compensated: a stable code. */
  readonly reason?: string
  readonly traceId?: string
  readonly correlationId?: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly endedAt?: string
}

export interface SagaPage {
  readonly items: readonly SagaSummary[]
  readonly nextCursor?: string
}

/** One row of the journal. */
export interface SagaStepView {
  readonly step: string
  readonly kind: string
  readonly outcome: string
  readonly attempts: number
  readonly result?: Json
  readonly error?: string
  readonly detail?: string
  readonly startedAt: string
  readonly endedAt: string
}

export interface SagaDetails extends SagaSummary {
  readonly input: unknown
  readonly steps: readonly SagaStepView[]
  /** What is being tried now, when the replica asked is the one that drives it. */
  readonly trying?: { readonly attempts: number; readonly since: string; readonly lastError?: string }
}

interface SummaryRow {
  readonly id: string
  readonly type: string
  readonly key: string
  readonly version: number
  readonly state: SagaState
  readonly reason: string | null
  readonly traceparent: string | null
  readonly correlationId: string | null
  readonly createdAt: Temporal.Instant
  readonly updatedAt: Temporal.Instant
  readonly endedAt: Temporal.Instant | null
}

const summaryColumns = fragment`
  s.id, s.name as type, s.key, s.version, s.state, s.reason, s.traceparent, s.correlation_id as "correlationId",
  s.created_at as "createdAt", s.updated_at as "updatedAt", s.ended_at as "endedAt"`

export async function listSagas(db: ReadHandle, { state, type, limit = 50, cursor }: SagaQuery): Promise<SagaPage> {
  const size = Math.min(Math.max(1, limit), 200)
  const after = cursor === undefined ? undefined : parseCursor(cursor)
  const rows = await db.sql<SummaryRow>`
    select ${summaryColumns} from sagas s
    where true
      ${state === undefined ? fragment`` : fragment`and s.state = ${state}`}
      ${type === undefined ? fragment`` : fragment`and s.name = ${type}`}
      ${after === undefined ? fragment`` : fragment`and (s.created_at, s.id) < (${after.createdAt}::timestamptz, ${after.id})`}
    order by s.created_at desc, s.id desc limit ${size + 1}`
  const items = rows.slice(0, size).map(summaryOf)
  const last = items.at(-1)
  return rows.length > size && last !== undefined ? { items, nextCursor: cursorAfter(last) } : { items }
}

export async function showSaga(db: ReadHandle, id: string, live: LiveSaga | undefined): Promise<SagaDetails> {
  const [row] = await db.sql<SummaryRow & { readonly input: unknown }>`
    select ${summaryColumns}, s.input from sagas s where s.id = ${id}`
  if (row === undefined) throw sagaNotFound(id)
  const journal = (await readJournals(db, [id])).get(id) ?? []
  const steps = journal.map(({ startedAtMs, endedAtMs, ...entry }) => ({
    ...entry,
    startedAt: instantOf(startedAtMs),
    endedAt: instantOf(endedAtMs),
  }))
  const attempts = live?.attempts
  const trying = attempts && {
    attempts: attempts.count,
    since: instantOf(attempts.startedAtMs),
    ...compact({ lastError: attempts.lastError }),
  }
  return { ...summaryOf(row), input: row.input, steps, ...compact({ trying }) }
}

/** The states of those of these sagas (`name:key`) that have not ended, by id; one that is stuck has not. */
export async function openSagas(db: ReadHandle, ids: readonly string[]): Promise<ReadonlyMap<string, SagaState>> {
  const rows = await db.sql<{ id: string; state: SagaState }>`
    select id, state from sagas where id = any(${ids}) and state not in ('completed', 'compensated')`
  return new Map(rows.map(({ id, state }) => [id, state]))
}

export function sagaNotFound(id: string): AppError {
  return new AppError('not_found', 'saga.not_found', `There is no saga ${id}.`)
}

function summaryOf(row: SummaryRow): SagaSummary {
  const { id, type, key, version, state } = row
  return {
    id,
    type,
    key,
    version,
    state,
    createdAt: row.createdAt.toString(),
    updatedAt: row.updatedAt.toString(),
    ...compact({
      reason: row.reason ?? undefined,
      traceId: row.traceparent === null ? undefined : parseTraceparent(row.traceparent)?.traceId,
      correlationId: row.correlationId ?? undefined,
      endedAt: row.endedAt?.toString(),
    }),
  }
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}

interface Cursor {
  readonly createdAt: string
  readonly id: string
}

function cursorAfter({ createdAt, id }: SagaSummary): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url')
}

function parseCursor(cursor: string): Cursor {
  try {
    const [createdAt, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (typeof createdAt === 'string' && typeof id === 'string')
      return { createdAt: Temporal.Instant.from(createdAt).toString(), id }
  } catch {
    // said below
  }
  throw new AppError('invalid', 'request.invalid', 'The cursor is not one that a list has given.', {
    fields: [{ pointer: '/cursor', detail: 'is not a cursor' }],
  })
}
