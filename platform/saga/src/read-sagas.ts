import type { ReadHandle } from '@stoa/contract'
import { type AppError, compact, platformError } from '@stoa/kernel'
import type { SagaDetails, SagaState } from './endpoints.ts'
import { summaryColumns, summaryOf, type SummaryRow } from './saga-summary.ts'
import type { LiveSaga } from './live-saga.ts'
import { readJournals } from './store.ts'

export interface SagaQuery {
  readonly state?: SagaState | undefined
  /** The name of the saga type. */
  readonly type?: string | undefined
  /** 50 by default, at most 200. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

export async function showSaga(db: ReadHandle, id: string, live: LiveSaga | undefined): Promise<SagaDetails> {
  const [row] = await db.sql<SummaryRow & { readonly input: unknown; readonly isReduced: boolean }>`
    select ${summaryColumns}, s.input, s.is_reduced as "isReduced" from sagas s where s.id = ${id}`
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
  return {
    ...summaryOf(row),
    input: row.input,
    steps,
    ...(row.isReduced ? { isReduced: true } : {}),
    ...compact({ trying }),
  }
}

/** Returns the states of the given sagas (`name:key`) that have not ended, by id; stuck sagas have not ended. */
export async function openSagas(db: ReadHandle, ids: readonly string[]): Promise<ReadonlyMap<string, SagaState>> {
  const rows = await db.sql<{ id: string; state: SagaState }>`
    select id, state from sagas where id = any(${ids}) and state not in ('completed', 'compensated')`
  return new Map(rows.map(({ id, state }) => [id, state]))
}

export function sagaNotFound(id: string): AppError {
  return platformError('saga.not_found', `There is no saga ${id}.`)
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}
