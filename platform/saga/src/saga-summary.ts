import { compact } from '@stoa/kernel'
import { fragment, type Fragment } from '@stoa/postgres'
import { parseTraceparent } from '@stoa/telemetry'
import type { SagaState, SagaSummary } from './endpoints.ts'

export interface SummaryRow {
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

export const summaryColumns: Fragment = fragment`
  s.id, s.name as type, s.key, s.version, s.state, s.reason, s.traceparent, s.correlation_id as "correlationId",
  s.created_at as "createdAt", s.updated_at as "updatedAt", s.ended_at as "endedAt"`

export function summaryOf(row: SummaryRow): SagaSummary {
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
