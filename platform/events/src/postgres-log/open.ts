import { openDatabase, type Database, type DatabaseLog } from '@stoa/postgres'
import type { EventLog } from '../event-log.ts'
import { append } from './append.ts'
import { readLag, seek } from './groups.ts'
import { readLog } from './read.ts'
import { prune, setRetention } from './retention.ts'
import { subscribe } from './subscription.ts'
import { declareTypes, makeTopics } from './topics.ts'

/** Where the log's database is: a URL, or handles that the caller keeps and closes. */
export type EventLogOptions =
  | { readonly url: string; readonly applicationName: string; readonly log?: DatabaseLog }
  | { readonly database: Database }

/**
 * Opens the event log on PostgreSQL. Appends are durable and exactly once when numbered; positions are gapless and in
 * the order of their visibility; each subscription takes a connection of its own besides the two of the pool.
 */
export function openEventLog(options: EventLogOptions): EventLog {
  const database = 'database' in options ? options.database : openOwn(options)
  const topics = makeTopics(database)
  return {
    async declare(name, types) {
      await declareTypes(database, await topics.ensure(name), types)
    },
    append: (batch) => append(database, topics, batch),
    subscribe: (subscription) => subscribe(database, subscription),
    read: (filter) => readLog(database.read, filter),
    lag: (group) => readLag(database, group ?? null),
    seek: (group, types, target) => seek(database, group, types, target),
    setRetention: (topic, retentionMs) => setRetention(database, topics, topic, retentionMs),
    prune: () => prune(database),
    close: async () => ('database' in options ? undefined : database.close()),
  }
}

function openOwn({ url, applicationName, log }: Extract<EventLogOptions, { url: string }>): Database {
  const connections = { readConnections: 1, writeConnections: 1, statementTimeoutMs: 30_000 }
  return openDatabase({ url, applicationName, ...connections, ...(log === undefined ? {} : { log }) })
}
