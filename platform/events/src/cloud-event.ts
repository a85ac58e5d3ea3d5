import type { EventType, ReceivedEvent } from '@stoa/contract'

/** What an event inherits from the request, event or task that led to it. */
export interface Cause {
  /** The same for all that follows from one request. */
  readonly correlationId?: string | undefined
  /** The id of the event that led to it. */
  readonly causationId?: string | undefined
  readonly traceparent?: string | undefined
}

/** The attributes of an event (CloudEvents 1.0, JSON format, with the extensions of conventions). */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly dataschema: string
  readonly partitionkey: string
  readonly correlationid: string
  readonly causationid?: string
  readonly traceparent?: string
  readonly data: unknown
}

/** The topic of a service's events. */
export function topicOf(service: { readonly name: string }): string {
  return `${service.name}.events`
}

/** The path at which the JSON Schema of an event's data is served. */
export function schemaPathOf({ type, version }: EventType): string {
  return `/schemas/${type}/${version}`
}

/** The absolute URI of the JSON Schema of an event's data (CloudEvents 1.0, `dataschema`). */
export function dataSchemaOf(event: EventType, schemaBaseUrl: string): string {
  return schemaBaseUrl.replace(/\/+$/, '') + schemaPathOf(event)
}

/** Returns the major version of the data of an event from its `dataschema`, ignoring its base URL (old events have none). */
export function majorVersionOf(dataschema: string): number {
  return Number.parseInt(dataschema.slice(dataschema.lastIndexOf('/') + 1), 10)
}

/** Reads an event out of the log. @throws SyntaxError when it is not JSON */
export function parseCloudEvent(text: string): CloudEvent {
  return JSON.parse(text) as CloudEvent
}

/** An event as its consumer sees it. */
export function toReceivedEvent(event: CloudEvent): ReceivedEvent {
  const { id, type, source, subject, time, data } = event
  return {
    id,
    type,
    source,
    subject,
    time,
    correlationId: event.correlationid,
    ...(event.causationid === undefined ? {} : { causationId: event.causationid }),
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
    data,
  }
}
