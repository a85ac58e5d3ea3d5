import type { ReadHandle, Sql, WriteHandle } from '@stoa/contract'
import { setTimeout as delay } from 'node:timers/promises'
import type { Connection, ConnectionOptions } from './connection.ts'
import { isConnectionLoss, isStalePlan, toRefusal } from './errors.ts'
import { databaseName, instrument, observePool, type DatabaseTelemetry } from './instrumentation.ts'
import { silentLog, type DatabaseLog } from './log.ts'
import { makePool, type Pool, type PoolStats } from './pool.ts'
import { openSession, type Session } from './session.ts'
import { bindTemplate, type BoundStatement } from './statement.ts'
import { runTransaction } from './transaction.ts'

export interface DatabaseOptions {
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  /** Connections that can only read. */
  readonly readConnections?: number
  /** Connections for transactions. */
  readonly writeConnections?: number
  /** A statement is cancelled by the server after this long. */
  readonly statementTimeoutMs: number
  readonly connectTimeoutMs?: number
  /** How long a caller waits for a free connection before it is refused as `database.saturated`. */
  readonly acquireTimeoutMs?: number
  /** Connections unused for this long are closed, all but one of each kind. */
  readonly idleTimeoutMs?: number
  /** For sessions, when `url` goes through a pooler that cannot LISTEN. */
  readonly directUrl?: string
  readonly log?: DatabaseLog
  /** Where durations and spans of statements and the gauges of the pools go; nowhere if omitted. */
  readonly telemetry?: DatabaseTelemetry | undefined
  /** What the gauges call its pools; the name of the database if omitted. */
  readonly poolName?: string
}

/** Counts of both pools: gauges. */
export interface DatabaseStats {
  readonly read: PoolStats
  readonly write: PoolStats
}

export interface TransactionOptions {
  /** Maximum number of runs of the function, including the first; 5 by default. */
  readonly attempts?: number
}

/** A service's database: a handle that can only read, transactions, and sessions for LISTEN and locks. */
export interface Database {
  /** Reads on connections of its own; a write through it is refused by the server (SQLSTATE 25006). */
  readonly read: ReadHandle
  /**
   * Runs the function in one READ COMMITTED transaction, rolled back when it throws. It runs again, with jitter, after a
   * serialization failure or a deadlock, or when a kept connection turned out dead, so it may touch only `tx`.
   * @throws AppError `database.outcome_unknown` when the answer to the COMMIT was lost (it is not run again then), and
   * the refusals of `toRefusal`
   */
  readonly transaction: <T>(run: (tx: WriteHandle) => Promise<T>, options?: TransactionOptions) => Promise<T>
  /** Opens a direct connection of its own. @throws AppError `database.unavailable` */
  readonly session: () => Promise<Session>
  /** Sends a notification outside any transaction; listeners may miss it, so a poll must stand behind it. */
  readonly notify: (channel: string, payload?: string) => Promise<void>
  /** Answers when the database does. @throws AppError `database.unavailable` */
  readonly ping: () => Promise<void>
  /** Refuses what waits, waits for what runs, and closes all connections but sessions. */
  readonly close: () => Promise<void>
  readonly stats: () => DatabaseStats
}

const maxReadBatch = 8

/** Makes a database's pools without connecting; connections open when first needed and again after each loss. */
export function openDatabase(options: DatabaseOptions): Database {
  const { log = silentLog, url, applicationName, statementTimeoutMs, connectTimeoutMs = 5_000 } = options
  const { acquireTimeoutMs = 5_000, idleTimeoutMs = 20_000 } = options
  const connection: ConnectionOptions = {
    url,
    applicationName,
    statementTimeoutMs,
    connectTimeoutMs,
    isReadOnly: false,
    instrumentation: options.telemetry && instrument(options.telemetry, url),
  }
  const shared = { ...connection, acquireTimeoutMs, idleTimeoutMs, log }
  const readers = makePool({
    ...shared,
    isReadOnly: true,
    maxConnections: options.readConnections ?? 3,
    maxBatch: maxReadBatch,
  })
  const writers = makePool({ ...shared, maxConnections: options.writeConnections ?? 3, maxBatch: 1 })
  if (options.telemetry !== undefined)
    observePools(options.telemetry, options.poolName ?? databaseName(url), { readers, writers })
  const read: ReadHandle = { sql: readingSql(readers) }
  return {
    read,
    transaction: (run, { attempts = 5 } = {}) => runWithRetry(writers, run, attempts, log),
    session: () => openSession({ ...connection, url: options.directUrl ?? url }),
    notify: async (channel, payload = '') => void (await read.sql`select pg_notify(${channel}, ${payload})`),
    ping: async () => void (await read.sql`select 1`),
    close: async () => void (await Promise.all([readers.close(), writers.close()])),
    stats: () => ({ read: readers.stats(), write: writers.stats() }),
  }
}

function observePools(
  telemetry: DatabaseTelemetry,
  name: string,
  { readers, writers }: { readonly readers: Pool; readonly writers: Pool },
): void {
  observePool(telemetry, `${name}/read`, readers.stats)
  observePool(telemetry, `${name}/write`, writers.stats)
}

function readingSql(pool: Pool): Sql {
  const read = <Row extends object>({ statement, values }: BoundStatement) =>
    new Promise<Row[] | Stale>((resolve, reject) => {
      pool.submit((connection, isKept) => {
        connection.run(statement, values, (error, rows) => {
          if (isStalePlan(error)) connection.retire()
          pool.release(connection)
          if (!error) resolve(rows as Row[])
          else if (isKept && (isConnectionLoss(error) || isStalePlan(error))) resolve({ staleness: error })
          else reject(error)
        })
      }, reject)
    })
  return async <Row extends object>(strings: TemplateStringsArray, ...values: readonly unknown[]) => {
    try {
      const bound = bindTemplate(strings, values)
      for (let repeats = pool.stats().max; ; repeats--) {
        const outcome = await read<Row>(bound)
        if (!('staleness' in outcome)) return outcome
        if (repeats === 0) throw outcome.staleness
      }
    } catch (error) {
      // The stack of an answer ends at the socket; here it leads back to the caller.
      if (error instanceof Error) Error.captureStackTrace(error)
      throw toRefusal(error)
    }
  }
}

/** A kept connection turned out dead or out of date; a read changed nothing and is simply sent on another. */
interface Stale {
  readonly staleness: Error
}

function acquire(pool: Pool): Promise<{ connection: Connection; isKept: boolean }> {
  return new Promise((resolve, reject) => {
    pool.submit((connection, isKept) => resolve({ connection, isKept }), reject)
  })
}

async function runWithRetry<T>(
  pool: Pool,
  run: (tx: WriteHandle) => Promise<T>,
  attempts: number,
  log: DatabaseLog,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const { connection, isKept } = await acquire(pool)
    try {
      const outcome = await runTransaction(connection, isKept, run, log)
      if (outcome.kind === 'committed') return outcome.result
      if (outcome.isStale) connection.retire()
      if (!outcome.mayRunAgain || attempt >= attempts) throw outcome.error
    } finally {
      pool.release(connection)
    }
    await delay(Math.random() * Math.min(200, 5 * 2 ** attempt))
  }
}
