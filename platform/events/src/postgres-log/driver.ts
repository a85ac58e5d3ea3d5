import type { Database } from '@stoa/postgres'
import type { AppendBatch, LogPage, PruneOutcome, ReadOptions } from '../event-log.ts'
import type { FetchNext } from '../groups/fetched.ts'
import { append } from './append.ts'
import { fetchNext } from './fetch.ts'
import { readLog, type Texts } from './read.ts'
import { prune } from './retention.ts'
import { eventsInKafka, makeTopics, settleHere, type Topics } from './topics.ts'

/** Where the texts of events are kept: what differs between logs that all have their index and groups in the log's database. */
export interface Driver {
  readonly topics: Topics
  readonly append: (batch: AppendBatch) => Promise<'appended' | 'repeated'>
  readonly fetchNext: FetchNext
  readonly read: (options: ReadOptions) => Promise<LogPage>
  readonly prune: (isForced: boolean) => Promise<PruneOutcome>
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

const texts: Texts = {
  areElsewhere: false,
  async addTo(rows) {
    const inKafka = rows.find(({ kafka_offset: offset }) => offset !== null)
    if (inKafka !== undefined) throw eventsInKafka(inKafka.name)
    return rows
  },
}

/** Keeps events in the log's database. */
export function postgresDriver({
  database,
  questions,
}: {
  readonly database: Database
  readonly questions: Database
}): Driver {
  const topics = makeTopics(database, settleHere)
  return {
    topics,
    append: (batch) => append(database, topics, batch),
    fetchNext,
    read: (options) => readLog(questions.read, texts, options),
    prune: (isForced) => prune(database, isForced),
    ping: async () => {},
    close: async () => {},
  }
}
