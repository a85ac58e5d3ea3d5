import type { EventData, EventType, Service, WriteHandle } from '@stoa/contract'
import type { Clock, NewId } from '@stoa/kernel'
import { afterCommit, sendWithCommit } from '@stoa/postgres'
import { currentContext, formatTraceparent } from '@stoa/telemetry'
import { dataSchemaOf, type Cause, type CloudEvent } from './cloud-event.ts'
import type { LogRecord } from './event-log.ts'
import { assertFits } from './event-schema.ts'
import { signalOutboxFilled } from './outbox-signal.ts'

/** Who publishes. */
export interface EventSource {
  readonly service: Service
  readonly clock: Clock
  readonly newId: NewId
}

interface Buffered {
  readonly correlationId: string
  readonly records: LogRecord[]
}

const buffers = new WeakMap<WriteHandle, Buffered>()

/**
 * Publishes a fact about `subject` (the aggregate's id, and the partition key) if and only if the transaction commits.
 * All events of a transaction are written to the outbox in one statement together with its COMMIT, behind the row lock of
 * their aggregate, so the events of one aggregate reach the log in the order of the changes. The correlation id is the
 * inherited one, else the trace's, else that of the transaction's first event.
 * @throws TypeError when the data does not fit the event's schema
 */
export async function publish<E extends EventType>(
  tx: WriteHandle,
  source: EventSource,
  event: E,
  subject: string,
  data: EventData<E>,
  cause: Cause = {},
): Promise<void> {
  assertFits(event, data)
  const id = source.newId()
  const context = currentContext()
  const buffer = bufferOf(tx, source.service, cause.correlationId ?? context?.traceId ?? id)
  const traceparent = context === undefined || context.spanId === '' ? cause.traceparent : formatTraceparent(context)
  const cloudEvent: CloudEvent = {
    specversion: '1.0',
    id,
    source: `/services/${source.service.name}`,
    type: event.type,
    subject,
    time: source.clock.now().toString(),
    datacontenttype: 'application/json',
    dataschema: dataSchemaOf(event),
    partitionkey: subject,
    correlationid: cause.correlationId ?? buffer.correlationId,
    ...(cause.causationId === undefined ? {} : { causationid: cause.causationId }),
    ...(traceparent === undefined ? {} : { traceparent }),
    data,
  }
  buffer.records.push({ id, type: event.type, key: subject, event: JSON.stringify(cloudEvent) })
}

function bufferOf(tx: WriteHandle, service: Service, correlationId: string): Buffered {
  const known = buffers.get(tx)
  if (known !== undefined) return known
  const buffer: Buffered = { correlationId, records: [] }
  buffers.set(tx, buffer)
  sendWithCommit(tx, () => insert(tx, buffer.records))
  afterCommit(tx, () => signalOutboxFilled(service))
  return buffer
}

function insert({ sql }: WriteHandle, records: readonly LogRecord[]): Promise<unknown> {
  const [ids, types, keys, events] = [
    records.map(({ id }) => id),
    records.map(({ type }) => type),
    records.map(({ key }) => key),
    records.map(({ event }) => event),
  ]
  return sql`
    insert into outbox (event_id, type, partition_key, event)
    select * from unnest(${ids}::uuid[], ${types}::text[], ${keys}::text[], ${events}::json[])`
}
