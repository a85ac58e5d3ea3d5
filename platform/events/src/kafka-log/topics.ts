import type { Database } from '@stoa/postgres'
import type { Topic } from '../postgres-log/topics.ts'
import type { KafkaClient } from './client.ts'
import { isKafkaError } from './errors.ts'
import { endsOf } from './fetch.ts'
import type { KafkaSettings } from './settings.ts'
import { whenReady } from './transaction.ts'

const createTimeoutMs = 10_000
const asTheClusterDoes = -1
/** Larger than any event, with what goes with it in a request. */
const largestBatchBytes = 8 * 1_048_576

/** What a topic is called in Kafka. */
export function kafkaNameOf({ prefix = '' }: KafkaSettings, topic: string): string {
  return `${prefix}${topic}`
}

/**
 * Sees to it that Kafka has a topic, and that the log's database knows it. A topic that another log has filled is refused: its events
 * would become events of this one.
 */
export async function settleInKafka(
  database: Database,
  client: KafkaClient,
  settings: KafkaSettings,
  { id, name, partitions, kafkaTopic }: Topic,
): Promise<void> {
  const kafkaName = kafkaNameOf(settings, name)
  if (kafkaTopic === null) await create(client, settings, kafkaName, partitions)
  // A new topic is not known to every broker at once, nor led.
  const ends = await whenReady(async () => {
    const { leaders } = await client.topic(kafkaName)
    return endsOf(client, kafkaName, [...leaders.keys()])
  })
  if (ends.size !== partitions) {
    throw new Error(`topic ${kafkaName} in Kafka has ${ends.size} partitions, not ${partitions} as in the log`)
  }
  if ([...ends.values()].some((end) => end > 0) && !(await isPlaced(database, id))) {
    throw new Error(`topic ${kafkaName} in Kafka has events of another system: set KAFKA_TOPIC_PREFIX`)
  }
  const place = `${await client.clusterId()}/${kafkaName}`
  await database.transaction(({ sql }) => sql`select event_log_place_topic(${name}, ${place})`)
}

/** Read after the ends: another process of the service may have placed the topic, and then appended to it. */
async function isPlaced({ read }: Database, topic: number): Promise<boolean> {
  const [row] = await read.sql<{ placed: boolean }>`
    select kafka_topic is not null as placed from event_topics where id = ${topic}`
  return row?.placed === true
}

async function create(
  client: KafkaClient,
  { replicas, minInSyncReplicas }: KafkaSettings,
  name: string,
  numPartitions: number,
): Promise<void> {
  // What is no longer kept is removed by the log itself, which knows what the groups have not consumed.
  const configs = [
    { name: 'cleanup.policy', value: 'delete' },
    { name: 'retention.ms', value: '-1' },
    { name: 'retention.bytes', value: '-1' },
    { name: 'max.message.bytes', value: String(largestBatchBytes) },
    ...(minInSyncReplicas === undefined ? [] : [{ name: 'min.insync.replicas', value: String(minInSyncReplicas) }]),
  ]
  const topic = { name, numPartitions, replicationFactor: replicas ?? asTheClusterDoes, assignments: [], configs }
  try {
    await client.call('CreateTopics', 'any', [topic], createTimeoutMs, false)
  } catch (error) {
    if (!isKafkaError(error, 'TOPIC_ALREADY_EXISTS')) throw error
  }
}
