import { setTimeout as delay } from 'node:timers/promises'
import type { KafkaClient } from './client.ts'
import type { KafkaMessage } from './codec.ts'
import { isKafkaError, UnknownTopic, type KafkaErrorName } from './errors.ts'
import { endsOf } from './fetch.ts'
import { produce, type Placed } from './produce.ts'

/** A producer that Kafka has let in; one that comes after it with the same id shuts it out. */
export interface ProducerId {
  readonly id: string
  readonly topic: string
  readonly producerId: bigint
  readonly epoch: number
  readonly coordinator: number
  /** The next sequence number in each partition. */
  readonly sequences: Map<number, number>
}

const transactionKey = 1
/** A transaction is aborted by Kafka after this time, if the producer has died and no other has come. */
const transactionTimeoutMs = 60_000
const longestWaitMs = 20_000
const firstPauseMs = 2
const longestPauseMs = 100
const notReady: readonly KafkaErrorName[] = [
  'CONCURRENT_TRANSACTIONS',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'LEADER_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'NOT_LEADER_OR_FOLLOWER',
  'UNKNOWN_TOPIC_ID',
  'UNKNOWN_TOPIC_OR_PARTITION',
]

/** Lets a producer in; what an earlier one with its id has left open is aborted, or committed if that was decided, before this ends. */
export function enter(client: KafkaClient, id: string, topic: string): Promise<ProducerId> {
  return whenReady(async () => {
    const { coordinators } = await client.call('FindCoordinator', 'any', transactionKey, [id])
    const coordinator = coordinators[0]?.nodeId
    if (coordinator === undefined) throw new Error(`Kafka has no coordinator for ${id}`)
    const admitted = await client.call('InitProducerId', coordinator, id, transactionTimeoutMs, -1n, -1)
    return {
      id,
      topic,
      producerId: admitted.producerId,
      epoch: admitted.producerEpoch,
      coordinator,
      sequences: new Map(),
    }
  })
}

/** Appends messages, all or none, and returns the offset of each; they can be read when this ends. */
export async function inTransaction(
  client: KafkaClient,
  producer: ProducerId,
  messages: readonly (KafkaMessage & Placed)[],
): Promise<number[]> {
  const { id, producerId, epoch, coordinator, topic } = producer
  const partitions = [...new Set(messages.map(({ partition }) => partition))]
  // The marks of the previous transaction may still be on their way.
  await whenReady(() =>
    client.call('AddPartitionsToTxn', coordinator, [
      {
        transactionalId: id,
        producerId,
        producerEpoch: epoch,
        verifyOnly: false,
        topics: [{ name: topic, partitions }],
      },
    ]),
  )
  const offsets = await produce(client, producer, messages)
  await whenReady(() => client.call('EndTxn', coordinator, id, producerId, epoch, true))
  await untilReadable(client, topic, messages, offsets)
  return offsets
}

/** The commit is decided before its marks are in the partitions; without them readers do not get the messages. */
async function untilReadable(
  client: KafkaClient,
  topic: string,
  messages: readonly Placed[],
  offsets: readonly number[],
): Promise<void> {
  const lasts = new Map(messages.map(({ partition }, index) => [partition, offsets[index] ?? 0]))
  const until = performance.now() + longestWaitMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const ends = await endsOf(client, topic, [...lasts.keys()])
    if ([...lasts].every(([part, last]) => (ends.get(part) ?? 0) > last)) return
    if (performance.now() >= until)
      throw new Error(`a transaction of ${topic} in Kafka was committed but cannot be read`)
    await delay(pauseMs)
  }
}

/** Repeats a request that Kafka is not ready for yet. */
export async function whenReady<T>(run: () => Promise<T>): Promise<T> {
  const until = performance.now() + longestWaitMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      return await run()
    } catch (error) {
      const isTransient = error instanceof UnknownTopic || isKafkaError(error, ...notReady)
      if (!isTransient || performance.now() >= until) throw error
      await delay(pauseMs)
    }
  }
}
