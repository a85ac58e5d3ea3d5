import type { Database } from '@stoa/postgres'
import { BatchOutOfSequence, type AppendBatch } from '../event-log.ts'
import { makeLimit } from '../limit.ts'
import { partitionOf } from '../partition.ts'
import type { Topic } from '../postgres-log/topics.ts'
import { termsOf } from '../terms.ts'
import type { KafkaClient } from './client.ts'
import { messageOf, type NumberedBatch } from './codec.ts'
import { endsOf, fetchSpans } from './fetch.ts'
import { addToIndex, indexRowOf, readHeads, readLastBatch, type IndexRow } from './index-rows.ts'
import { enter, inTransaction, type ProducerId } from './transaction.ts'

/** Appends batches to one topic. */
export interface Writer {
  readonly append: (batch: AppendBatch) => Promise<'appended' | 'repeated'>
}

/** Where a writer appends: the topic in the log, and what Kafka calls it, which is also the id of its transactions. */
export interface WriterOptions {
  readonly database: Database
  readonly client: KafkaClient
  readonly topic: Topic
  readonly kafkaName: string
}

/** What a writer knows for as long as Kafka lets it in: nothing is appended by another one in this time. */
interface Admitted {
  readonly producer: ProducerId
  /** The next position in each partition. */
  readonly heads: Map<number, number>
  readonly lastBatches: Map<string, NumberedBatch | undefined>
}

const bytesPerFetch = 1_048_576

/**
 * Appends each batch in a transaction of Kafka, and then notes in the index where its events are. A writer that begins shuts out the
 * one before it, and indexes what that one has committed but not indexed: so it knows the next positions, and which batches are
 * there. Whatever fails is found out in the same way: the next append starts again.
 */
export function makeWriter(options: WriterOptions): Writer {
  const oneAtATime = makeLimit(1)
  let admitted: Admitted | undefined
  const appendNext = async (batch: AppendBatch): Promise<'appended' | 'repeated'> => {
    const now = (admitted ??= await begin(options))
    if (batch.producer !== undefined && (await isRepeated(options, now, batch))) return 'repeated'
    const heads = new Map(now.heads)
    const numbered = numberOf(batch)
    const messages = batch.records.map((record, index) => {
      const partition = partitionOf(record.key, options.topic.partitions)
      const position = heads.get(partition) ?? 0
      heads.set(partition, position + 1)
      const message = messageOf(record, position, index === 0 ? numbered : undefined)
      return { ...message, topic: options.kafkaName, partition, position }
    })
    const offsets = await inTransaction(options.client, now.producer, messages)
    const rows = batch.records.map(({ id, type, event }, index): IndexRow => {
      const { partition: part = 0, position = 0 } = messages[index] ?? {}
      const offset = offsets[index] ?? -1
      return { id, type, part, position, offset, terms: termsOf(event), numbered: index === 0 ? numbered : undefined }
    })
    await addToIndex(options.database, options.topic.id, rows)
    for (const [part, position] of heads) now.heads.set(part, position)
    if (numbered !== undefined) now.lastBatches.set(numbered.producer, numbered)
    return 'appended'
  }
  return {
    append: (batch) =>
      oneAtATime(async () => {
        try {
          return await appendNext(batch)
        } catch (error) {
          if (!(error instanceof BatchOutOfSequence)) admitted = undefined
          throw error
        }
      }),
  }
}

async function begin(options: WriterOptions): Promise<Admitted> {
  const { database, client, topic, kafkaName } = options
  const producer = await enter(client, kafkaName, kafkaName)
  await catchUp(options)
  const heads = await readHeads(database, topic.id)
  return { producer, heads: new Map(heads.map(({ part, position }) => [part, position])), lastBatches: new Map() }
}

/** Indexes what has been committed and is not in the index. */
async function catchUp({ database, client, topic, kafkaName }: WriterOptions): Promise<void> {
  const heads = await readHeads(database, topic.id)
  const ends = await endsOf(
    client,
    kafkaName,
    heads.map(({ part }) => part),
  )
  const lost = heads.find(({ part, offset }) => offset > (ends.get(part) ?? 0))
  if (lost !== undefined) {
    throw new Error(
      `${kafkaName}/${lost.part} in Kafka has lost events: it ends before offset ${lost.offset}, which is indexed`,
    )
  }
  let behind = heads.map(({ part, offset }) => ({ topic: kafkaName, part, offset }))
  for (;;) {
    behind = behind.filter(({ part, offset }) => offset < (ends.get(part) ?? 0))
    if (behind.length === 0) return
    const spans = await fetchSpans(client, behind, bytesPerFetch)
    const rows = spans.flatMap(({ part, records }) => records.flatMap((record) => indexRowOf(part, record) ?? []))
    if (rows.length > 0) await addToIndex(database, topic.id, rows)
    const stuck = spans.find(({ isGone, next, offset }) => isGone || next === offset)
    if (stuck !== undefined && spans.every(({ next, offset }) => next === offset)) {
      throw new Error(
        `${kafkaName}/${stuck.part} in Kafka has nothing at offset ${stuck.offset}, which is not indexed yet`,
      )
    }
    behind = spans.map(({ part, next }) => ({ topic: kafkaName, part, offset: next }))
  }
}

function numberOf({ producer, records }: AppendBatch): NumberedBatch | undefined {
  const firstEventId = records[0]?.id
  return producer === undefined || firstEventId === undefined
    ? undefined
    : { producer: producer.name, batch: producer.batch, firstEventId }
}

async function isRepeated(
  { database }: WriterOptions,
  { lastBatches }: Admitted,
  { producer, records }: AppendBatch,
): Promise<boolean> {
  if (producer === undefined) return false
  const { name, batch } = producer
  const last = lastBatches.get(name) ?? (await readLastBatch(database, name))
  lastBatches.set(name, last)
  if (last === undefined || batch > last.batch) return false
  if (batch === last.batch && records[0]?.id === last.firstEventId) return true
  throw new BatchOutOfSequence(name, batch, last.batch)
}
