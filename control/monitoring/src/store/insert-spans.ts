import type { WriteHandle } from '@stoa/contract'
import type { StoredSpan } from '@stoa/telemetry'
import { hopOf, isStream, partsOf, type TracePart } from '../trace-parts.ts'

// A row of the other tables with its index entries, roughly.
const bytesOfHop = 200

/** Stores a batch of spans, and returns its size in bytes. A span that is stored twice is shown once. */
export async function insertSpans(
  tx: WriteHandle,
  spans: readonly StoredSpan[],
  receivedAt: Temporal.Instant,
): Promise<number> {
  // What a crash of the server loses is a part of a second of traces; the sender does not wait for the disk.
  await tx.sql`set local synchronous_commit = off`
  const parts = partsOf(spans)
  await upsertTraces(tx, parts)
  await insertHops(tx, spans)
  const texts = parts.map(({ spans: each }) => JSON.stringify(each))
  const sizes = parts.map(({ spans: each }, at) => (texts[at]?.length ?? 0) + each.length * bytesOfHop)
  await tx.sql`
    insert into spans (trace_id, received_at, size_bytes, spans)
    select trace_id, ${receivedAt}, size_bytes, spans
      from unnest(${parts.map(({ traceId }) => traceId)}::uuid[], ${sizes}::integer[], ${texts}::text[])
           as part (trace_id, size_bytes, spans)`
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function upsertTraces(tx: WriteHandle, parts: readonly TracePart[]): Promise<void> {
  const firsts = parts.map(({ first }) => first)
  await tx.sql`
    insert into traces as known (trace_id, started_at, service, name, duration_ms, is_stream, errors)
    select trace_id, to_timestamp(start_ms / 1000), service, name, duration_ms, is_stream, errors
      from unnest(${parts.map(({ traceId }) => traceId)}::uuid[], ${firsts.map(({ startMs }) => startMs)}::float8[],
                  ${firsts.map(({ service }) => service)}::text[], ${firsts.map(({ name }) => name)}::text[],
                  ${firsts.map(({ durationMs }) => durationMs)}::float8[], ${firsts.map(isStream)}::boolean[],
                  ${parts.map(({ errors }) => errors)}::integer[])
           as part (trace_id, start_ms, service, name, duration_ms, is_stream, errors)
        on conflict (trace_id) do update
       set errors = known.errors + excluded.errors,
           (started_at, service, name, duration_ms, is_stream) = (
             select (earliest).started_at, (earliest).service, (earliest).name, (earliest).duration_ms, (earliest).is_stream
               from (select case when (excluded.started_at, -excluded.duration_ms) < (known.started_at, -known.duration_ms)
                                 then excluded else known end as earliest))`
}

async function insertHops(tx: WriteHandle, spans: readonly StoredSpan[]): Promise<void> {
  const hops = spans.flatMap((span) => {
    const kind = hopOf(span)
    return kind === undefined ? [] : [{ span, isEntry: kind === 'entry' }]
  })
  if (hops.length === 0) return
  await tx.sql`
    insert into hops (trace_id, span_id, parent_span_id, service, name, is_entry, started_at, duration_ms, is_failed)
    select trace_id, span_id, parent_span_id, service, name, is_entry, to_timestamp(start_ms / 1000), duration_ms, is_failed
      from unnest(${hops.map(({ span }) => span.traceId)}::uuid[], ${hops.map(({ span }) => span.spanId)}::text[],
                  ${hops.map(({ span }) => span.parentSpanId ?? null)}::text[],
                  ${hops.map(({ span }) => span.service)}::text[], ${hops.map(({ span }) => span.name)}::text[],
                  ${hops.map(({ isEntry }) => isEntry)}::boolean[], ${hops.map(({ span }) => span.startMs)}::float8[],
                  ${hops.map(({ span }) => span.durationMs)}::float8[],
                  ${hops.map(({ span }) => span.status === 'error')}::boolean[])
           as hop (trace_id, span_id, parent_span_id, service, name, is_entry, start_ms, duration_ms, is_failed)
     order by trace_id, span_id
        on conflict do nothing`
}
