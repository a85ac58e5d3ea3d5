import { withPortablePatterns, type EventType, type Service } from '@stoa/contract'
import { schemaPathOf, topicOf } from './cloud-event.ts'

/** The title and version of a document. */
export interface DocumentInfo {
  readonly title: string
  readonly version: string
}

/** Returns an AsyncAPI 3.0 document of the events that a service publishes and consumes, from its contract. */
export function asyncApiDocument(service: Service, info: DocumentInfo): object {
  const published = Object.entries(service.publishes)
  const inBatches = Object.values(service.batches).flatMap(({ events }) => Object.entries(events))
  const consumed = [...new Map([...Object.entries(service.consumes), ...inBatches])]
  const messages = Object.fromEntries([...published, ...consumed].map(([name, event]) => [name, message(event)]))
  return withPortablePatterns({
    asyncapi: '3.0.0',
    info,
    defaultContentType: 'application/cloudevents+json',
    channels: {
      ...(published.length === 0
        ? {}
        : { published: { address: topicOf(service), messages: references('messages', published) } }),
      ...(consumed.length === 0 ? {} : { consumed: { address: null, messages: references('messages', consumed) } }),
    },
    operations: {
      ...(published.length === 0 ? {} : { publish: operation('send', 'published') }),
      ...(consumed.length === 0 ? {} : { consume: operation('receive', 'consumed') }),
    },
    components: { messages },
  }) as object
}

function references(kind: string, events: readonly (readonly [string, EventType])[]): object {
  return Object.fromEntries(events.map(([name]) => [name, { $ref: `#/components/${kind}/${name}` }]))
}

function operation(action: 'send' | 'receive', channel: string): object {
  return { action, channel: { $ref: `#/channels/${channel}` } }
}

function message(event: EventType): object {
  return {
    name: event.type,
    title: `${event.type} ${event.version}`,
    contentType: 'application/cloudevents+json',
    payload: {
      type: 'object',
      required: [
        'specversion',
        'id',
        'source',
        'type',
        'subject',
        'time',
        'dataschema',
        'partitionkey',
        'correlationid',
        'data',
      ],
      properties: {
        specversion: { const: '1.0' },
        id: { type: 'string' },
        source: { type: 'string' },
        type: { const: event.type },
        subject: { type: 'string' },
        time: { type: 'string', format: 'date-time' },
        datacontenttype: { const: 'application/json' },
        // Any base: it is a setting, and old events have none.
        dataschema: { type: 'string', pattern: `${RegExp.escape(schemaPathOf(event))}$` },
        partitionkey: { type: 'string' },
        correlationid: { type: 'string' },
        causationid: { type: 'string' },
        traceparent: { type: 'string' },
        data: event.data,
      },
    },
  }
}
