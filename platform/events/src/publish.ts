import type { EventData, EventType, Service, WriteHandle } from '@stoa/contract'
import type { Clock, NewId } from '@stoa/kernel'
import { afterCommit, sendWithCommit } from '@stoa/postgres'
import { currentContext, formatTraceparent, messagingAttributes, type Attributes, type Tracer } from '@stoa/telemetry'
import { dataSchemaOf, topicOf, type Cause, type CloudEvent } from './cloud-event.ts'
import type { LogRecord } from './event-log.ts'
import { assertFits } from './event-schema.ts'
import { logTypeOf } from './log-type.ts'
import { signalOutboxFilled } from './outbox-signal.ts'

/** Who publishes. */
export interface EventSource {
  readonly service: Service
  readonly clock: Clock
  readonly newId: NewId
  /** The absolute base URL of `dataschema` of its events. */
  readonly schemaBaseUrl: string
  /** Begins the span of each event in a sampled trace; events have none if omitted. */
  readonly startDetail?: Tracer['startDetail'] | undefined
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
  const correlationId = cause.correlationId ?? buffer.correlationId
  const span = source.startDetail?.(() => ({
    name: `publish ${event.type}`,
    kind: 'producer',
    attributes: attributesOf(source.service, { id, type: event.type, subject, correlationId }),
  }))
  // One that is rolled back was never published, and its span never ends.
  if (span !== undefined) afterCommit(tx, () => span.end())
  const carried = span?.context ?? context
  const traceparent = carried === undefined || carried.spanId === '' ? cause.traceparent : formatTraceparent(carried)
  const cloudEvent: CloudEvent = {
    specversion: '1.0',
    id,
    source: `/services/${source.service.name}`,
    type: event.type,
    subject,
    time: source.clock.now().toString(),
    datacontenttype: 'application/json',
    dataschema: dataSchemaOf(event, source.schemaBaseUrl),
    partitionkey: subject,
    correlationid: correlationId,
    ...(cause.causationId === undefined ? {} : { causationid: cause.causationId }),
    ...(traceparent === undefined ? {} : { traceparent }),
    data,
  }
  buffer.records.push({ id, type: logTypeOf(event), key: subject, event: JSON.stringify(cloudEvent) })
}

interface Published {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly correlationId: string
}

function attributesOf(service: Service, { id, type, subject, correlationId }: Published): Attributes {
  return {
    [messagingAttributes.systemName]: 'stoa_event_log',
    [messagingAttributes.operationName]: 'publish',
    [messagingAttributes.operationType]: 'send',
    [messagingAttributes.destinationName]: topicOf(service),
    [messagingAttributes.messageId]: id,
    [messagingAttributes.messageConversationId]: correlationId,
    [messagingAttributes.cloudEventType]: type,
    [messagingAttributes.cloudEventSubject]: subject,
  }
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
