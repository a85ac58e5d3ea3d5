import type * as Library from '@platformatic/kafka'
import type { ClusterTopic, KafkaClient } from './client.ts'
import type { KafkaContent } from './codec.ts'
import { isKafkaError } from './errors.ts'

/** An offset in a partition, by the name of its topic in Kafka. */
export interface KafkaPlace {
  readonly topic: string
  readonly part: number
  readonly offset: number
}

/** A committed record. */
export interface KafkaRecord extends KafkaContent {
  readonly offset: number
}

/** What a partition has from a place on. */
export interface KafkaSpan extends KafkaPlace {
  readonly records: readonly KafkaRecord[]
  /** Where to continue: behind the last record, and behind the marks of transactions after it. */
  readonly next: number
  /** The end of what has been committed. */
  readonly end: number
  /** Whether Kafka no longer has the offset that was asked for. */
  readonly isGone: boolean
}

type Response = typeof Library.fetchV17.api extends Library.API<never, infer Result> ? Result : never
type Partition = Response['responses'][number]['partitions'][number]
type Aborted = NonNullable<Partition['abortedTransactions']>

const maxBytes = 16 * 1_048_576
const readCommitted = 1
const controlBit = 1 << 5
const abortMark = 0
const maxWaitMs = 0
const newest = -1n

/** Fetches committed records from several places, from all leaders at the same time. */
export async function fetchSpans(
  client: KafkaClient,
  places: readonly KafkaPlace[],
  bytesPerPartition: number,
): Promise<KafkaSpan[]> {
  if (places.length === 0) return []
  const byLeader = await groupByLeader(client, places)
  const spans = await Promise.all(
    [...byLeader].map(([node, led]) => fetchFromLeader(client, node, led, bytesPerPartition)),
  )
  return spans.flat()
}

/** The end of what has been committed in each of these partitions. */
export async function endsOf(
  client: KafkaClient,
  topic: string,
  parts: readonly number[],
): Promise<Map<number, number>> {
  const { leaders } = await client.topic(topic)
  const byLeader = Map.groupBy(parts, (part) => leaders[part] ?? -1)
  const ends = new Map<number, number>()
  await client.refreshing(() =>
    Promise.all(
      [...byLeader].map(async ([node, led]) => {
        const partitions = led.map((partitionIndex) => ({ partitionIndex, currentLeaderEpoch: -1, timestamp: newest }))
        const { topics } = await client.call('ListOffsets', node, -1, readCommitted, [{ name: topic, partitions }])
        for (const each of topics[0]?.partitions ?? []) ends.set(each.partitionIndex, Number(each.offset))
      }),
    ),
  )
  return ends
}

interface Led extends KafkaPlace {
  readonly topicId: string
}

/** The places by the broker that leads their partition. */
async function groupByLeader(client: KafkaClient, places: readonly KafkaPlace[]): Promise<Map<number, Led[]>> {
  const names = [...new Set(places.map(({ topic }) => topic))]
  const topics = new Map<string, ClusterTopic>()
  await Promise.all(names.map(async (name) => topics.set(name, await client.topic(name))))
  const led = places.map((place) => ({ ...place, topicId: topics.get(place.topic)?.id ?? '' }))
  return Map.groupBy(led, ({ topic, part }) => topics.get(topic)?.leaders[part] ?? -1)
}

async function fetchFromLeader(
  client: KafkaClient,
  node: number,
  places: readonly Led[],
  partitionMaxBytes: number,
): Promise<KafkaSpan[]> {
  const topics = [...Map.groupBy(places, ({ topicId }) => topicId)].map(([topicId, led]) => ({
    topicId,
    partitions: led.map(({ part, offset }) => ({
      partition: part,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(offset),
      lastFetchedEpoch: -1,
      partitionMaxBytes,
    })),
  }))
  const { responses } = await client.refreshing(async (): Promise<Response> => {
    try {
      return await client.call('Fetch', node, maxWaitMs, 0, maxBytes, readCommitted, 0, -1, topics, [], '')
    } catch (error) {
      return responseWithin(error)
    }
  })
  const found = new Map<string, Partition>()
  for (const { topicId, partitions } of responses)
    for (const partition of partitions) found.set(`${topicId}/${partition.partitionIndex}`, partition)
  return places.map((place) => spanOf(place, found.get(`${place.topicId}/${place.part}`)))
}

/** A response in which only offsets are out of range still has the other partitions. */
function responseWithin(error: unknown): Response {
  const isUsable =
    error instanceof AggregateError &&
    'response' in error &&
    error.errors.every((each) => isKafkaError(each, 'OFFSET_OUT_OF_RANGE'))
  if (!isUsable) throw error
  return error.response as Response
}

function spanOf({ topic, part, offset }: KafkaPlace, partition: Partition | undefined): KafkaSpan {
  const place = { topic, part, offset }
  if (partition === undefined) return { ...place, records: [], next: offset, end: offset, isGone: false }
  if (partition.errorCode !== 0) return { ...place, records: [], next: offset, end: offset, isGone: true }
  const batches = partition.records ?? []
  const last = batches.at(-1)
  const next = last === undefined ? offset : Number(last.firstOffset) + last.lastOffsetDelta + 1
  return {
    ...place,
    records: [...committed(batches, partition.abortedTransactions ?? [], offset)],
    next: Math.max(next, offset),
    end: Number(partition.lastStableOffset),
    isGone: false,
  }
}

/** The records of committed transactions, as the protocol has a consumer find them: brokers send those of aborted ones, too. */
function* committed(
  batches: readonly Library.RecordsBatch[],
  aborted: Readonly<Aborted>,
  from: number,
): Generator<KafkaRecord> {
  const coming = aborted.toSorted((a, b) => Number(a.firstOffset - b.firstOffset))
  const aborting = new Set<bigint>()
  for (const batch of batches) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta)
    while (coming[0] !== undefined && coming[0].firstOffset <= last) aborting.add(coming.shift()?.producerId ?? -1n)
    if ((batch.attributes & controlBit) !== 0) {
      if (batch.records[0]?.key?.readInt16BE(2) === abortMark) aborting.delete(batch.producerId)
      continue
    }
    if (aborting.has(batch.producerId)) continue
    for (const { offsetDelta, value, headers } of batch.records) {
      const offset = Number(batch.firstOffset) + offsetDelta
      if (offset >= from) yield { offset, value, headers }
    }
  }
}
