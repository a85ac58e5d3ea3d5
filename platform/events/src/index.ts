export { asyncApiDocument, type DocumentInfo } from './async-api.ts'
export { batchControl, type BatchControl, type BatchProgress } from './batch-control.ts'
export { startBatches, type BatchesOptions } from './batches.ts'
export { consumerLag, waitUntilCaughtUp, type CatchUp } from './caught-up.ts'
export {
  dataSchemaOf,
  parseCloudEvent,
  schemaPathOf,
  topicOf,
  toReceivedEvent,
  type Cause,
  type CloudEvent,
} from './cloud-event.ts'
export { startConsumers, type Consumers, type ConsumersOptions } from './consumers.ts'
export { deadLetters, type DeadLetter, type DeadLetters } from './dead-letters.ts'
export {
  BatchOutOfSequence,
  type AppendBatch,
  type EventLog,
  type LoggedEvent,
  type LogPage,
  type LogPosition,
  type LogRecord,
  type PartitionLag,
  type PruneOutcome,
  type ReadOptions,
  type SeekTarget,
  type SubscribeOptions,
  type Subscription,
} from './event-log.ts'
export { assertFits } from './event-schema.ts'
export { consumedTypes, logTypeOf } from './log-type.ts'
export { startFollower, type LogFollower, type RunningFollower } from './followers.ts'
export { startLogUpkeep, type LogUpkeep, type LogUpkeepOptions } from './log-upkeep.ts'
export { eventLogPart, eventParts, type EventParts, type EventPartsOptions } from './parts.ts'
export { forgetService } from './postgres-log/forget-service.ts'
export { kafkaSettingsOf, type KafkaSettings } from './kafka-log/settings.ts'
export { enrolRoles, type EnrolledRole } from './postgres-log/roles.ts'
export { openEventLog, type EventLogOptions } from './postgres-log/open.ts'
export { logMigrations } from './postgres-log/schema.ts'
export { publish, type EventSource } from './publish.ts'
export { planReplay, replay, type ReplayedGroup, type ReplayFrom } from './replay.ts'
export { startRelay, type Relay, type RelayOptions } from './relay.ts'
export { defaultRetryPolicy, type RecordedError, type RetryPolicy } from './retry-policy.ts'
export { eventsMigrations } from './service-schema.ts'
