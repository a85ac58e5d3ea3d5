import type { ReceivedEvent } from '@stoa/contract'
import {
  contextFromHeaders,
  messagingAttributes,
  newContext,
  type Attributes,
  type LogFieldValue,
  type TraceContext,
} from '@stoa/telemetry'
import type { Cause } from './cloud-event.ts'
import type { LogPosition } from './event-log.ts'

/** What follows from an event inherits this. */
export function causeOf({ id, correlationId, traceparent }: ReceivedEvent): Cause {
  return { correlationId, causationId: id, ...(traceparent === undefined ? {} : { traceparent }) }
}

/** Returns the context in which an event is handled: it continues the trace of the producer, and adds the order id to every log line. */
export function contextOf({ traceparent, data }: ReceivedEvent): TraceContext {
  const logFields: Record<string, LogFieldValue> = {}
  if (typeof data === 'object' && data !== null && 'orderId' in data && typeof data.orderId === 'string') {
    logFields['orderId'] = data.orderId
  }
  return { ...(contextFromHeaders({ traceparent }) ?? newContext()), logFields }
}

export function attributesOf(event: ReceivedEvent, { topic, partition }: LogPosition, group: string): Attributes {
  return {
    [messagingAttributes.systemName]: 'stoa_event_log',
    [messagingAttributes.operationName]: 'process',
    [messagingAttributes.operationType]: 'process',
    [messagingAttributes.destinationName]: topic,
    [messagingAttributes.destinationPartitionId]: String(partition),
    [messagingAttributes.consumerGroupName]: group,
    [messagingAttributes.messageId]: event.id,
    [messagingAttributes.messageConversationId]: event.correlationId,
    [messagingAttributes.cloudEventType]: event.type,
    [messagingAttributes.cloudEventSubject]: event.subject,
  }
}
