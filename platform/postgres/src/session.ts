import type { Sql } from '@stoa/contract'
import { connect, type Connection, type ConnectionOptions } from './connection.ts'
import { toRefusal } from './errors.ts'
import { quoteIdentifier } from './fragment.ts'
import { runStatement } from './run-statement.ts'

/**
 * A connection of its own, for what belongs to a session: LISTEN and advisory locks. It does not come back by itself:
 * when it is lost its locks are free, and their holder must stop and open another.
 */
export interface Session {
  readonly sql: Sql
  /** Runs text of several statements without parameters; answers the tag of the last. */
  readonly script: (text: string) => Promise<string>
  /** Calls back for every notification of the channel; delivery is best effort, so a poll must stand behind it. */
  readonly listen: (channel: string, onNotify: (payload: string) => void) => Promise<void>
  /** Takes the advisory lock of this name for the session, without waiting. */
  readonly tryLock: (key: string) => Promise<boolean>
  /** Waits for the advisory lock, within the statement timeout. */
  readonly lock: (key: string) => Promise<void>
  readonly unlock: (key: string) => Promise<void>
  /** Called once when the connection is lost, and not after `close`. */
  readonly onLost: (callback: (cause: unknown) => void) => void
  /** Closes the connection once the statements in progress have returned. */
  readonly close: () => Promise<void>
  /** Closes the connection at once; `client_connection_check_interval` bounds how long the server continues. */
  readonly cut: () => void
}

const heartbeatMs = 15_000
const heartbeatAnswerMs = 5_000

/** Opens a session. @throws AppError `database.unavailable` */
export async function openSession(options: ConnectionOptions): Promise<Session> {
  let connection: Connection
  try {
    connection = await connect(options)
  } catch (error) {
    throw toRefusal(error)
  }
  return makeSession(connection)
}

function makeSession(connection: Connection): Session {
  const sql: Sql = (strings, ...values) => runStatement(connection, strings, values)
  const listeners = new Map<string, ((payload: string) => void)[]>()
  let isClosed = false
  connection.onNotification((channel, payload) => {
    for (const listener of listeners.get(channel) ?? []) listener(payload)
  })
  const heartbeat = setInterval(() => watchAnswer(connection, sql), heartbeatMs).unref()
  connection.onEnd(() => clearInterval(heartbeat))
  const script = (text: string) =>
    connection.command(text).catch((error: unknown) => {
      throw toRefusal(error)
    })
  return {
    sql,
    script,
    async listen(channel, onNotify) {
      const known = listeners.get(channel)
      listeners.set(channel, [...(known ?? []), onNotify])
      if (known === undefined) await script(`listen ${quoteIdentifier(channel)}`)
    },
    async tryLock(key) {
      const [row] = await sql<{ locked: boolean }>`select pg_try_advisory_lock(hashtextextended(${key}, 0)) as locked`
      return row?.locked === true
    },
    async lock(key) {
      await sql`select pg_advisory_lock(hashtextextended(${key}, 0))`
    },
    async unlock(key) {
      await sql`select pg_advisory_unlock(hashtextextended(${key}, 0))`
    },
    onLost: (callback) =>
      connection.onEnd((cause) => {
        if (!isClosed) callback(cause)
      }),
    async close() {
      if (isClosed) return
      isClosed = true
      await connection.end().catch(() => {})
    },
    cut() {
      isClosed = true
      connection.destroy()
    },
  }
}

/** A half-open connection gives no error by itself: without an answer in time it counts as lost. */
function watchAnswer(connection: Connection, sql: Sql): void {
  if (connection.waitingSince() !== undefined) return
  const timer = setTimeout(() => connection.destroy(), heartbeatAnswerMs).unref()
  const stop = () => clearTimeout(timer)
  sql`select 1`.then(stop, stop)
}
