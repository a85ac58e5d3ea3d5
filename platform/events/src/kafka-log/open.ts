import type { Database } from '@stoa/postgres'
import type { AppendBatch } from '../event-log.ts'
import { channelOf, typesIn } from '../groups/channels.ts'
import type { Driver } from '../postgres-log/driver.ts'
import { readLog } from '../postgres-log/read.ts'
import { prune } from '../postgres-log/retention.ts'
import { makeTopics } from '../postgres-log/topics.ts'
import { kafkaClient } from './client.ts'
import { fetchNextFrom } from './fetch-next.ts'
import { removeFromKafka } from './retention.ts'
import type { KafkaSettings } from './settings.ts'
import { textsIn } from './texts.ts'
import { kafkaNameOf, settleInKafka } from './topics.ts'
import { makeWriter, type Writer } from './writer.ts'

/** Keeps events in Kafka, and their index and the groups in the log's database. */
export function kafkaDriver(
  { database, questions }: { readonly database: Database; readonly questions: Database },
  settings: KafkaSettings,
  clientId: string,
): Driver {
  const client = kafkaClient(settings, clientId)
  const nameOf = (topic: string) => kafkaNameOf(settings, topic)
  const topics = makeTopics(database, (topic) => settleInKafka(database, client, settings, topic))
  const writers = new Map<string, Writer>()
  const append = async (batch: AppendBatch) => {
    const topic = await topics.ensure(batch.topic)
    if (batch.records.length === 0) return 'appended'
    const writer = writers.get(topic.name) ?? makeWriter({ database, client, topic, kafkaName: nameOf(topic.name) })
    writers.set(topic.name, writer)
    const outcome = await writer.append(batch)
    // Also for a repeated batch: the first sender may have died before the notification.
    database.notify(channelOf(topic.name), typesIn(batch)).catch(() => {})
    return outcome
  }
  const texts = textsIn(client, nameOf)
  return {
    topics,
    append,
    fetchNext: fetchNextFrom(client, nameOf),
    read: (options) => readLog(questions.read, texts, options),
    async prune(isForced) {
      const outcome = await prune(database, isForced)
      await removeFromKafka(database, client, nameOf)
      return outcome
    },
    ping: client.ping,
    close: client.close,
  }
}
