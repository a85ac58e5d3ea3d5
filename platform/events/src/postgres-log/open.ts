import { openDatabase, type Database, type DatabaseLog, type DatabaseTelemetry } from '@stoa/postgres'
import type { EventLog } from '../event-log.ts'
import { positionsSince, readLag, readPaused, seek, setPaused } from '../groups/groups.ts'
import { subscribe } from '../groups/subscription.ts'
import { append } from './append.ts'
import { noteAuditHead, readAuditHeads } from './audit-heads.ts'
import { fetchNext } from './fetch.ts'
import { readLog } from './read.ts'
import { prune, setRetention } from './retention.ts'
import { declareTypes, makeTopics } from './topics.ts'

/** The database of the log: a URL, or handles that the caller owns and closes. */
export type EventLogOptions =
  | {
      readonly url: string
      readonly applicationName: string
      readonly log?: DatabaseLog
      readonly telemetry?: DatabaseTelemetry
    }
  | { readonly database: Database }

/**
 * Opens the event log on PostgreSQL. Appends are durable and exactly once when numbered; positions are gapless and in
 * the order of their visibility; each subscription uses its own connection in addition to the two of the pool, and `read` uses
 * another, opened on first use.
 */
export function openEventLog(options: EventLogOptions): EventLog {
  const { database, questions, close } = 'database' in options ? given(options.database) : openOwn(options)
  const topics = makeTopics(database)
  return {
    async declare(name, types) {
      await declareTypes(database, await topics.ensure(name), types)
    },
    append: (batch) => append(database, topics, batch),
    subscribe: (subscription) => subscribe(database, fetchNext, subscription),
    read: (filter) => readLog(questions.read, filter),
    lag: (group) => readLag(database, group ?? null),
    seek: (group, types, target) => seek(database, group, types, target),
    setRetention: (topic, retentionMs) => setRetention(database, topics, topic, retentionMs),
    prune: ({ isForced = false } = {}) => prune(database, isForced),
    pause: (group) => setPaused(database, group, true),
    resume: (group) => setPaused(database, group, false),
    pausedSince: (group) => readPaused(database, group),
    positionsSince: (topic, since) => positionsSince(database, topic, since),
    noteAuditHead: (service, head) => noteAuditHead(database, service, head),
    auditHeads: (service, after, limit) => readAuditHeads(database, service, after, limit),
    ping: database.ping,
    close,
  }
}

interface Handles {
  readonly database: Database
  /** For the queries of operators, so that they do not delay the event flow. */
  readonly questions: Database
  readonly close: () => Promise<void>
}

function given(database: Database): Handles {
  return { database, questions: database, close: async () => {} }
}

function openOwn({ url, applicationName, log, telemetry }: Extract<EventLogOptions, { url: string }>): Handles {
  const shared = { readConnections: 1, writeConnections: 1, telemetry, ...(log === undefined ? {} : { log }) }
  const database = openDatabase({ ...shared, url, applicationName, statementTimeoutMs: 30_000 })
  const questions = openDatabase({
    ...shared,
    url: withoutSequentialScans(url),
    applicationName: `${applicationName}-questions`,
    poolName: `${new URL(url).pathname.slice(1)}_questions`,
    statementTimeoutMs: 10_000,
  })
  return { database, questions, close: async () => void (await Promise.all([database.close(), questions.close()])) }
}

/** A plan that was made for a small segment must not persist as a full scan. */
function withoutSequentialScans(text: string): string {
  const url = new URL(text)
  url.searchParams.set('options', `${url.searchParams.get('options') ?? ''} -c enable_seqscan=off`.trim())
  return url.href
}
