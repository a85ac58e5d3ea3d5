import { consumedEvents, type EventType, type Service } from '@stoa/contract'
import { assertFits, dataSchemaOf, parseCloudEvent, type CloudEvent, type EventLog } from '@stoa/events'
import { newId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { eventually } from './eventually.ts'

/** Returns the first 1,000 events that a service has published, of one type or of all, when its outbox is empty. */
export async function published(
  database: Database,
  log: EventLog,
  service: string,
  type?: string,
): Promise<readonly CloudEvent[]> {
  await eventually(async () => {
    const [row] = await database.read.sql<{ pending: number }>`select count(*)::int as pending from outbox`
    if (row?.pending !== 0) throw new Error('the outbox is not empty yet')
  })
  const { events } = await log.read({
    topics: [`${service}.events`],
    limit: 1_000,
    ...(type === undefined ? {} : { types: [type] }),
  })
  return events.map(({ event }) => parseCloudEvent(event))
}

/**
 * Appends an event to the log as another service would.
 * @throws Error when the service does not consume the event, TypeError when the data does not fit its schema
 */
export async function receive(
  log: EventLog,
  service: Service,
  { event, subject, data }: { readonly event: EventType; readonly subject: string; readonly data: unknown },
): Promise<void> {
  assertConsumed(service, event)
  assertFits(event, data)
  const id = newId()
  const topic = 'test.events'
  await log.declare(topic, [event])
  const cloudEvent: CloudEvent = {
    specversion: '1.0',
    id,
    source: '/services/test',
    type: event.type,
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: dataSchemaOf(event, 'http://127.0.0.1:8080'),
    partitionkey: subject,
    correlationid: id,
    data,
  }
  await log.append({ topic, records: [{ id, type: event.type, key: subject, event: JSON.stringify(cloudEvent) }] })
}

function assertConsumed(service: Service, event: EventType): void {
  const { name } = service
  const nameOf = ({ type, version }: EventType) => `${type} ${version}`
  const consumed = consumedEvents(service).map(nameOf)
  if (consumed.includes(nameOf(event))) return
  const known = consumed.length === 0 ? 'no event' : consumed.join(', ')
  throw new Error(`${name} does not consume ${nameOf(event)}: its contract declares ${known}`)
}
