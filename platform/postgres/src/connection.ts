import type { Writable } from 'node:stream'
import pg from 'pg'
import { isConnectionLoss } from './errors.ts'
import type { Instrumentation } from './instrumentation.ts'
import { PreparedQuery, type Done } from './prepared-query.ts'
import type { Statement } from './statement.ts'

export interface ConnectionOptions {
  readonly url: string
  readonly applicationName: string
  readonly statementTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly isReadOnly: boolean
  readonly instrumentation?: Instrumentation | undefined
}

/** One connection; statements are sent at once and answered in order (pipelining, PostgreSQL protocol 3). */
export interface Connection {
  readonly run: (statement: Statement, values: readonly unknown[], done: Done) => void
  /** Runs text without parameters, which may hold several statements; answers the tag of the last (`COMMIT`). */
  readonly command: (text: string) => Promise<string>
  readonly onNotification: (listener: (channel: string, payload: string) => void) => void
  /** Called once when the connection has ended, on either side. */
  readonly onEnd: (listener: (cause: Error | undefined) => void) => void
  readonly isUsable: () => boolean
  /** When the oldest statement without an answer was sent (performance.now()), if there is one. */
  readonly waitingSince: () => number | undefined
  /** Marks it as not to be used again: its prepared statements are out of date. */
  readonly retire: () => void
  /** Says goodbye after the answers in progress. */
  readonly end: () => Promise<void>
  /** Cuts the connection: what is in progress fails as lost. */
  readonly destroy: () => void
}

function startupOptions({ url, isReadOnly }: ConnectionOptions): string {
  const own = new URL(url).searchParams.get('options')
  return [
    // Planning a statement again for its values costs more than running it: ours find their rows by index, whatever the values.
    '-c plan_cache_mode=force_generic_plan',
    ...(own === null ? [] : [own]),
    '-c TimeZone=UTC -c DateStyle=ISO',
    ...(isReadOnly ? ['-c default_transaction_read_only=on'] : []),
  ].join(' ')
}

function withoutOptions(url: string): string {
  const parsed = new URL(url)
  parsed.searchParams.delete('options')
  return parsed.href
}

function makeClient(options: ConnectionOptions): pg.Client {
  return new pg.Client({
    connectionString: withoutOptions(options.url),
    application_name: options.applicationName,
    options: startupOptions(options),
    statement_timeout: options.statementTimeoutMs,
    // A process that hangs inside a transaction must not keep its row locks.
    idle_in_transaction_session_timeout: 60_000,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    pipeline: true,
  })
}

/** Opens a connection. @throws what pg throws; see toRefusal */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const client = makeClient(options)
  let endCause: Error | undefined
  let isOver = false
  const endListeners: ((cause: Error | undefined) => void)[] = []
  const over = (cause: Error | undefined) => {
    if (isOver) return
    isOver = true
    endCause = cause
    for (const listener of endListeners) listener(cause)
  }
  client.on('error', over)
  client.on('end', () => over(undefined))
  await client.connect()
  return makeConnection(client, options.instrumentation, {
    isOver: () => isOver,
    markOver: over,
    onEnd: (listener) => (isOver ? listener(endCause) : endListeners.push(listener)),
  })
}

interface CommandResult {
  readonly command: string | null
}

interface Lifetime {
  readonly isOver: () => boolean
  readonly markOver: (cause: Error | undefined) => void
  readonly onEnd: (listener: (cause: Error | undefined) => void) => void
}

interface Traffic {
  readonly sent: () => void
  readonly answered: (error: Error | undefined) => void
  readonly waitingSince: () => number | undefined
}

function watchTraffic(stream: Writable, onLoss: (cause: Error) => void): Traffic {
  let inFlight = 0
  let lastMoveAt = 0
  let isCorked = false
  const uncork = () => {
    isCorked = false
    stream.uncork()
  }
  return {
    sent() {
      if (inFlight++ === 0) lastMoveAt = performance.now()
      if (isCorked) return
      // What is sent in one turn goes out in one write: BEGIN with the first statement, a batch of reads.
      isCorked = true
      stream.cork()
      process.nextTick(uncork)
    },
    answered(error) {
      inFlight--
      lastMoveAt = performance.now()
      if (error !== undefined && isConnectionLoss(error)) onLoss(error)
    },
    waitingSince: () => (inFlight === 0 ? undefined : lastMoveAt),
  }
}

function makeConnection(
  client: pg.Client,
  instrumentation: Instrumentation | undefined,
  { isOver, markOver, onEnd }: Lifetime,
): Connection {
  let isEnding = false
  const { stream } = client.connection
  const { sent, answered, waitingSince } = watchTraffic(stream, markOver)
  // What pg's types leave out: a query of our own, and the list of results that a text of several statements gives.
  const wire = client as unknown as {
    query: ((query: PreparedQuery) => void) & ((text: string) => Promise<CommandResult | CommandResult[]>)
  }
  return {
    run(statement, values, done) {
      sent()
      const ended = instrumentation?.onStatement(statement)
      const query = new PreparedQuery(statement, values, (error, rows) => {
        answered(error)
        ended?.(error)
        done(error, rows)
      })
      wire.query(query)
    },
    async command(text) {
      sent()
      const ended = instrumentation?.onCommand(text)
      try {
        const result = await wire.query(text)
        answered(undefined)
        ended?.(undefined)
        return [result].flat().at(-1)?.command ?? ''
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error))
        answered(failure)
        ended?.(failure)
        throw error
      }
    },
    onNotification: (listener) =>
      void client.on('notification', ({ channel, payload }) => listener(channel, payload ?? '')),
    onEnd,
    isUsable: () => !isOver() && !isEnding,
    waitingSince,
    retire() {
      isEnding = true
    },
    async end() {
      isEnding = true
      await client.end()
    },
    destroy() {
      isEnding = true
      markOver(new Error('Connection terminated by this process: no response in time'))
      stream.destroy()
    },
  }
}
