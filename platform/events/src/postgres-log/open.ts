import { openDatabase, type Database, type DatabaseLog, type DatabaseTelemetry } from '@stoa/postgres'
import type { EventLog } from '../event-log.ts'
import { positionsSince, readLag, readPaused, seek, setPaused } from '../groups/groups.ts'
import { subscribe } from '../groups/subscription.ts'
import { kafkaDriver } from '../kafka-log/open.ts'
import type { KafkaSettings } from '../kafka-log/settings.ts'
import { noteAuditHead, readAuditHeads } from './audit-heads.ts'
import { postgresDriver } from './driver.ts'
import { setRetention } from './retention.ts'
import { declareTypes } from './topics.ts'

/** The database of the log: a URL, or handles that the caller owns and closes; and Kafka, if it has the events. */
export type EventLogOptions = { readonly kafka?: KafkaSettings | undefined } & (
  | {
      readonly url: string
      readonly applicationName: string
      readonly log?: DatabaseLog
      readonly telemetry?: DatabaseTelemetry
    }
  | { readonly database: Database }
)

/**
 * Opens the event log. Appends are durable and exactly once when numbered; positions are gapless and in the order of their visibility;
 * each subscription uses its own connection in addition to the two of the pool, and `read` uses another, opened on first use. With
 * `kafka`, Kafka has the events, and the database their index and the groups.
 */
export function openEventLog(options: EventLogOptions): EventLog {
  const handles = 'database' in options ? given(options.database) : openOwn(options)
  const { database } = handles
  const clientId = 'applicationName' in options ? options.applicationName : 'stoa'
  const driver = options.kafka === undefined ? postgresDriver(handles) : kafkaDriver(handles, options.kafka, clientId)
  return {
    async declare(name, types) {
      await declareTypes(database, await driver.topics.ensure(name), types)
    },
    append: driver.append,
    subscribe: (subscription) => subscribe(database, driver.fetchNext, subscription),
    read: driver.read,
    lag: (group) => readLag(database, group ?? null),
    seek: (group, types, target) => seek(database, group, types, target),
    setRetention: (topic, retentionMs) => setRetention(database, driver.topics, topic, retentionMs),
    prune: ({ isForced = false } = {}) => driver.prune(isForced),
    pause: (group) => setPaused(database, group, true),
    resume: (group) => setPaused(database, group, false),
    pausedSince: (group) => readPaused(database, group),
    positionsSince: (topic, since) => positionsSince(database, topic, since),
    noteAuditHead: (service, head) => noteAuditHead(database, service, head),
    auditHeads: (service, after, limit) => readAuditHeads(database, service, after, limit),
    ping: async () => void (await Promise.all([database.ping(), driver.ping()])),
    close: async () => void (await Promise.all([handles.close(), driver.close()])),
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
