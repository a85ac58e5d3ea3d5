import { hash } from 'node:crypto'
import type { WriteHandle } from '@stoa/contract'
import type { ReceivedLogRecord } from '../otlp/read-log-records.ts'

// The other columns of a row with its index entries, roughly.
const bytesOfRow = 250

/** Stores log records, and returns their size in bytes. A record that is sent again is stored once. */
export async function insertLogRecords(tx: WriteHandle, records: readonly ReceivedLogRecord[]): Promise<number> {
  // What a crash of the server loses is a part of a second of logs; the sender does not wait for the disk.
  await tx.sql`set local synchronous_commit = off`
  const sizes = records.map(({ message, attributes }) => message.length + attributes.length + bytesOfRow)
  await tx.sql`
    insert into log_records (at, id, trace_id, span_id, severity, service, instance, message, attributes, size_bytes)
    select to_timestamp(time_ms / 1000), id, trace_id, span_id, severity, service, instance, message, attributes, size_bytes
      from unnest(${records.map(({ timeMs }) => timeMs)}::float8[], ${records.map(idOf)}::bigint[],
                  ${records.map(({ traceId }) => traceId ?? null)}::uuid[],
                  ${records.map(({ spanId }) => spanId ?? null)}::text[],
                  ${records.map(({ severity }) => severity)}::smallint[],
                  ${records.map(({ service }) => service)}::text[], ${records.map(({ instance }) => instance)}::text[],
                  ${records.map(({ message }) => message)}::text[],
                  ${records.map(({ attributes }) => attributes)}::text[], ${sizes}::integer[])
           as record (time_ms, id, trace_id, span_id, severity, service, instance, message, attributes, size_bytes)
        on conflict do nothing`
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** 64 bits of a digest of what makes a record; two records of one microsecond that say the same are one. */
function idOf({
  timeMs,
  service,
  instance,
  severity,
  message,
  attributes,
  traceId,
  spanId,
}: ReceivedLogRecord): string {
  const text = [timeMs, service, instance, severity, traceId, spanId, attributes, message].join('\0')
  return String(hash('sha1', text, 'buffer').readBigInt64BE())
}
