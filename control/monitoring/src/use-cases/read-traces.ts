import type { Handler } from '@stoa/contract'
import type { TraceSpan, TraceSummary } from '@stoa/contracts/monitoring/resources'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import { readPage } from '@stoa/service'
import { inTreeOrder, type PlacedSpan } from '@stoa/telemetry'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import { attributeTexts } from '../domain/attribute-texts.ts'
import * as store from '../store/read-traces.ts'

const Place = Type.Object({
  at: Type.String({ pattern: String.raw`^(\d{4}-\d\d-\d\dT[\d:.]+Z|\d+(\.\d+)?)$`, maxLength: 40 }),
  traceId: Type.String({ pattern: '^[0-9a-f]{32}$' }),
})

/** Whether a cursor is of a list in this order: one of the latest traces contains an instant, one of the slowest a duration. */
function isPlaceOf(order: store.TraceFilter['order'], { at }: store.TracePlace): boolean {
  return order === 'latest' ? at.endsWith('Z') && isInstant(at) : !at.endsWith('Z')
}

function isInstant(text: string): boolean {
  try {
    return Temporal.Instant.from(text).epochMilliseconds >= 0
  } catch {
    return false
  }
}

export const listTraces =
  ({ spanBuffer }: Deps): Handler<MonitoringService, 'listTraces'> =>
  async ({ query, db }) => {
    await spanBuffer.flush()
    const { order = 'latest', attribute = [], contains } = query
    const filter: store.TraceFilter = {
      service: query.service,
      name: query.name,
      isFailed: query.status === undefined ? undefined : query.status === 'error',
      minDurationMs: query.minDurationMs,
      texts: [...attribute.map(attributeTexts), ...(contains === undefined ? [] : [[contains]])],
      from: query.from,
      to: query.to,
      order,
    }
    const placeOf = ({ startedAt, durationMs, traceId }: TraceSummary) => ({
      at: order === 'latest' ? startedAt : String(durationMs),
      traceId,
    })
    const read = (after: store.TracePlace | undefined, limit: number) =>
      after !== undefined && !isPlaceOf(order, after) ? Promise.resolve([]) : store.listTraces(db, filter, after, limit)
    return { status: 200, body: await readPage(query, Place, read, placeOf) }
  }

const spansShown = 10_000

export const getTrace =
  ({ spanBuffer }: Deps): Handler<MonitoringService, 'getTrace'> =>
  async ({ params: { id }, db, refuse }) => {
    await spanBuffer.flush()
    const spans = inTreeOrder(await store.readSpansOf(db, id))
    if (spans.length === 0) return refuse('monitoring.trace_not_found', `No span of the trace ${id} is stored.`)
    return { status: 200, body: { traceId: id, spans: spans.slice(0, spansShown).map(shown), total: spans.length } }
  }

/** Stack traces of exceptions stay in the logs. */
function shown({ traceId: _traceId, events: _events, attributes, links, ...span }: PlacedSpan): TraceSpan {
  return {
    ...span,
    ...(attributes === undefined ? {} : { attributes }),
    ...(links === undefined ? {} : { links: links.map(({ traceId, spanId }) => ({ traceId, spanId })) }),
  }
}
