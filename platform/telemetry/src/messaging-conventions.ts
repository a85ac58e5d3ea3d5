/**
 * OpenTelemetry's attribute names for messaging as of semantic conventions 1.45, where they are still in development: a change
 * of the conventions changes only this file.
 */
export const messagingAttributes = {
  systemName: 'messaging.system',
  destinationName: 'messaging.destination.name',
  destinationPartitionId: 'messaging.destination.partition.id',
  operationName: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  consumerGroupName: 'messaging.consumer.group.name',
  messageId: 'messaging.message.id',
  messageConversationId: 'messaging.message.conversation_id',
  batchMessageCount: 'messaging.batch.message_count',
  cloudEventType: 'cloudevents.event_type',
  cloudEventSource: 'cloudevents.event_source',
  cloudEventSubject: 'cloudevents.event_subject',
} as const
