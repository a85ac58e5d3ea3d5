import type { Database } from '@stoa/postgres'
import type { KafkaClient } from './client.ts'
import { isKafkaError } from './errors.ts'
import { offsetBehind } from './index-rows.ts'

const timeoutMs = 10_000

interface Removable {
  readonly name: string
  readonly part: number
  readonly offset: number
}

/** Has Kafka remove what is no longer in the index, because it has outlived the retention of its topic. */
export async function removeFromKafka(
  { read }: Database,
  client: KafkaClient,
  kafkaNameOf: (topic: string) => string,
): Promise<void> {
  const removable = await read.sql<Removable>`
    select w.name, w.part, coalesce(${offsetBehind}, w.next_offset) as "offset"
    from (
      select t.id as topic, t.name, p.part, p.first_position as position, p.next_offset
      from event_topics t join event_partitions p on p.topic = t.id
      where t.kafka_topic is not null and p.first_position > 0
    ) w`
  for (const [name, parts] of Map.groupBy(removable, (each) => each.name))
    await remove(client, kafkaNameOf(name), parts)
}

async function remove(client: KafkaClient, topic: string, removable: readonly Removable[]): Promise<void> {
  const { leaders } = await client.topic(topic)
  for (const [node, led] of Map.groupBy(removable, ({ part }) => leaders[part] ?? -1)) {
    const partitions = led.map(({ part, offset }) => ({ partitionIndex: part, offset: BigInt(offset) }))
    await client
      .refreshing(() => client.call('DeleteRecords', node, [{ name: topic, partitions }], timeoutMs))
      .catch((error: unknown) => {
        // Removed up to a later offset already.
        if (!isKafkaError(error, 'OFFSET_OUT_OF_RANGE')) throw error
      })
  }
}
