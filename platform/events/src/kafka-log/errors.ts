/** The errors of Kafka that are decided on, by their names in the protocol. */
export type KafkaErrorName =
  | 'CONCURRENT_TRANSACTIONS'
  | 'COORDINATOR_LOAD_IN_PROGRESS'
  | 'COORDINATOR_NOT_AVAILABLE'
  | 'LEADER_NOT_AVAILABLE'
  | 'NOT_COORDINATOR'
  | 'NOT_LEADER_OR_FOLLOWER'
  | 'OFFSET_OUT_OF_RANGE'
  | 'TOPIC_ALREADY_EXISTS'
  | 'UNKNOWN_TOPIC_ID'
  | 'UNKNOWN_TOPIC_OR_PARTITION'

/** Whether one of these errors of the protocol is in an error, or in those that it consists of. */
export function isKafkaError(error: unknown, ...names: readonly KafkaErrorName[]): boolean {
  if (!(error instanceof Error)) return false
  if ('apiId' in error && (names as readonly unknown[]).includes(error.apiId)) return true
  if (error instanceof AggregateError && error.errors.some((each) => isKafkaError(each, ...names))) return true
  return isKafkaError(error.cause, ...names)
}

/** A topic that the broker that was asked does not know, or not yet. */
export class UnknownTopic extends Error {
  constructor(topic: string, cause?: unknown) {
    super(`Kafka has no topic ${topic}`, { cause })
    this.name = 'UnknownTopic'
  }
}
