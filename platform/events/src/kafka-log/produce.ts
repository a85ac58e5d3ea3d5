import { requestTimeoutMs, type KafkaClient } from './client.ts'
import type { KafkaMessage } from './codec.ts'
import type { ProducerId } from './transaction.ts'

/** Where a message goes. */
export interface Placed {
  readonly topic: string
  readonly partition: number
}

type Message = KafkaMessage & Placed

const allReplicas = -1
const chunkBytes = 512 * 1_024
const bytesBesideMessage = 100
const sequences = 2 ** 31

/** Sends messages to the leaders of their partitions, in their order, and returns their offsets; all replicas have them when this ends. */
export async function produce(
  client: KafkaClient,
  producer: ProducerId,
  messages: readonly Message[],
): Promise<number[]> {
  const { leaders } = await client.topic(producer.topic)
  const byLeader = Map.groupBy(messages, ({ partition }) => leaders[partition] ?? -1)
  const offsets = new Map<Message, number>()
  await client.refreshing(() =>
    Promise.all([...byLeader].map(([node, led]) => produceTo(client, node, producer, led, offsets))),
  )
  return messages.map((message) => offsets.get(message) ?? -1)
}

/** A batch of a partition must not be larger than what the topic admits, so that large ones go in several requests. */
async function produceTo(
  client: KafkaClient,
  node: number,
  producer: ProducerId,
  messages: readonly Message[],
  offsets: Map<Message, number>,
): Promise<void> {
  const queues = [...Map.groupBy(messages, ({ partition }) => partition).values()].map(chunksOf)
  for (let round = 0; queues.some((chunks) => chunks.length > round); round++) {
    const chunks = queues.flatMap((queue) => queue.slice(round, round + 1))
    const response = await client.call('Produce', node, allReplicas, requestTimeoutMs, chunks.flat(), {
      transactionalId: producer.id,
      producerId: producer.producerId,
      producerEpoch: producer.epoch,
      compression: 'none',
      sequences: takeSequences(producer, chunks),
    } as never)
    const bases = new Map(
      response.responses.flatMap((topic) =>
        topic.partitionResponses.map((each) => [each.index, Number(each.baseOffset)]),
      ),
    )
    for (const chunk of chunks)
      chunk.forEach((message, index) => {
        const base = bases.get(message.partition)
        if (base === undefined) throw new Error('Kafka did not respond for every partition')
        offsets.set(message, base + index)
      })
  }
}

function chunksOf(messages: readonly Message[]): Message[][] {
  const chunks: Message[][] = []
  let bytes = Infinity
  for (const message of messages) {
    const size = sizeOf(message)
    if (bytes + size > chunkBytes) {
      chunks.push([])
      bytes = 0
    }
    chunks.at(-1)?.push(message)
    bytes += size
  }
  return chunks
}

function sizeOf({ key, value, headers }: Message): number {
  let size = bytesBesideMessage + key.length + value.length
  for (const [name, text] of headers) size += name.length + text.length + 4
  return size
}

/** What the library asks for the first sequence number of a batch. */
function takeSequences(producer: ProducerId, chunks: readonly Message[][]) {
  const taken = new Map<string, number>()
  for (const chunk of chunks) {
    const [first] = chunk
    if (first === undefined) continue
    const next = producer.sequences.get(first.partition) ?? 0
    taken.set(`${first.topic}:${first.partition}`, next)
    producer.sequences.set(first.partition, (next + chunk.length) % sequences)
  }
  return { getWithDefault: (key: string, otherwise: number) => taken.get(key) ?? otherwise }
}
