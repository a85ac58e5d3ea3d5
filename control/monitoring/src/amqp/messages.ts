import { parseCloudEvent, type CloudEvent, type LoggedEvent } from '@stoa/events'

/** A message of AMQP 0-9-1 on its way to an exchange. */
export interface AmqpMessage {
  /** Messages of the same key are confirmed one after the other. */
  readonly key: string
  readonly type: string
  readonly routingKey: string
  readonly content: Buffer
  readonly properties: {
    readonly messageId: string
    readonly type: string
    readonly correlationId: string
    /** In seconds, as AMQP counts. */
    readonly timestamp: number
    readonly contentType: string
    readonly headers: Readonly<Record<string, string>>
  }
}

const structured = 'application/cloudevents+json; charset=UTF-8'

/**
 * Makes the message of an event: its CloudEvents JSON as the log has it, with the attributes that receivers route by in headers, named as
 * in the topics of Kafka.
 */
export function messageOf({ id, type, event: text }: Pick<LoggedEvent, 'id' | 'type' | 'event'>): AmqpMessage {
  const event = parseCloudEvent(text)
  return {
    key: event.partitionkey,
    type: event.type,
    routingKey: routingKeyOf(type),
    content: Buffer.from(text),
    properties: {
      messageId: id,
      type: event.type,
      correlationId: event.correlationid,
      timestamp: Math.floor(Temporal.Instant.from(event.time).epochMilliseconds / 1_000),
      contentType: structured,
      headers: headersOf(event),
    },
  }
}

/** The type, from major version 2 on followed by the version: a queue that is bound to `order.created` gets no version that its reader does not know. */
function routingKeyOf(logType: string): string {
  return logType.replace('/', '.')
}

function headersOf({ type, subject, source, dataschema, partitionkey, traceparent }: CloudEvent) {
  const attributes = { type, subject, source, dataschema, partitionkey, traceparent }
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[`ce_${name}`, value]],
    ),
  )
}

/**
 * Divides messages so that each part has at most one of each key, and earlier ones of a key are in earlier parts: a broker may refuse a
 * message and accept the next one, which would then be the earlier one in the queue.
 */
export function wavesOf<M extends { readonly key: string }>(messages: readonly M[]): M[][] {
  const counts = new Map<string, number>()
  const waves: M[][] = []
  for (const message of messages) {
    const nth = counts.get(message.key) ?? 0
    counts.set(message.key, nth + 1)
    ;(waves[nth] ??= []).push(message)
  }
  return waves
}
