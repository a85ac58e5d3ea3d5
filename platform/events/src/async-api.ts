import {
  socketErrorMessage,
  withPortablePatterns,
  type EventType,
  type Messages,
  type Service,
  type Socket,
} from '@stoa/contract'
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
  const sockets = Object.entries(service.operations).filter(
    (entry): entry is [string, Socket] => entry[1].kind === 'socket',
  )
  const messages = Object.fromEntries([
    ...[...published, ...consumed].map(([name, event]) => [name, message(event)] as const),
    ...sockets.flatMap(([name, { receives, sends }]) => [
      ...socketMessages(`${name}Receives`, receives),
      ...socketMessages(`${name}Sends`, { ...sends, [socketErrorMessage]: problem }),
    ]),
  ])
  return withPortablePatterns({
    asyncapi: '3.0.0',
    info,
    defaultContentType: 'application/cloudevents+json',
    channels: {
      ...(published.length === 0
        ? {}
        : { published: { address: topicOf(service), messages: references('messages', published) } }),
      ...Object.fromEntries(sockets.map(([name, route]) => [name, socketChannel(name, route)])),
      ...(consumed.length === 0 ? {} : { consumed: { address: null, messages: references('messages', consumed) } }),
    },
    operations: {
      ...(published.length === 0 ? {} : { publish: operation('send', 'published') }),
      ...(consumed.length === 0 ? {} : { consume: operation('receive', 'consumed') }),
      ...Object.fromEntries(sockets.flatMap(([name, route]) => socketOperations(name, route))),
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

const problem = {
  type: 'object',
  description: 'problem details (RFC 9457) of a message that was refused',
  required: ['type', 'title', 'status', 'code', 'traceId'],
}

function socketMessages(prefix: string, messages: Messages): [string, object][] {
  return Object.entries(messages).map(([type, data]) => [
    `${prefix}.${type}`,
    {
      name: type,
      contentType: 'application/json',
      payload: {
        type: 'object',
        required: ['type', 'data'],
        properties: { type: { const: type }, data },
        additionalProperties: false,
      },
    },
  ])
}

const socketNames = (name: string, { receives, sends }: Socket) => ({
  receive: Object.keys(receives).map((type) => `${name}Receives.${type}`),
  send: [...Object.keys(sends), socketErrorMessage].map((type) => `${name}Sends.${type}`),
})

/** The channel of a WebSocket: its handshake is in the OpenAPI document. */
function socketChannel(name: string, route: Socket): object {
  const { receive, send } = socketNames(name, route)
  return {
    address: route.path,
    description: route.summary,
    messages: Object.fromEntries(
      [...receive, ...send].map((each) => [each, { $ref: `#/components/messages/${each}` }]),
    ),
    bindings: { ws: { method: 'GET' } },
  }
}

function socketOperations(name: string, route: Socket): [string, object][] {
  return Object.entries(socketNames(name, route)).map(([action, messages]) => [
    `${name}${action === 'send' ? 'Sends' : 'Receives'}`,
    {
      action,
      channel: { $ref: `#/channels/${name}` },
      messages: messages.map((each) => ({ $ref: `#/channels/${name}/messages/${each}` })),
    },
  ])
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
