import { readFile, stat } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { isIP, BlockList } from 'node:net'
import type { SecureContext } from 'node:tls'
import { StartError } from '@stoa/kernel'
import type { Telemetry } from '@stoa/telemetry'
import { fatal, sqlStates } from '../wire/sql-error.ts'
import { serveConnection, type SqlDoor, type SqlLimits } from './serve-connection.ts'
import { makeSqlEngine } from './sql-engine.ts'
import { secureContextOf } from './transport.ts'
import type { TableReader } from '@stoa/lake'

/** The settings of the endpoint. */
export interface SqlOptions {
  readonly host: string
  readonly port: number
  readonly certFile: string | undefined
  readonly keyFile: string | undefined
  readonly memoryMiB: number
  readonly limits: SqlLimits
  readonly lake: string
  readonly tables: TableReader
  readonly signIn: SqlDoor['signIn']
  readonly permission: string
  readonly telemetry: Telemetry
}

/** An open endpoint. */
export interface SqlEndpoint {
  readonly port: number
  /** Ends the sessions and what they run. */
  readonly close: () => Promise<void>
}

/** Connections in addition to the sessions: those that sign in or cancel. */
const mostUnsigned = 20

/**
 * Serves the star schema over the protocol of PostgreSQL (version 3.0).
 * @throws StartError if other machines could reach it without TLS, or if the certificate cannot be read
 */
export async function serveSql(options: SqlOptions): Promise<SqlEndpoint> {
  const { host, port, limits, telemetry, signIn, permission } = options
  const { logger } = telemetry
  const secureContext = certificateOf(options)
  const isSecure = (await secureContext()) !== undefined
  if (!isSecure && !isLoopback(host)) {
    throw new StartError(
      `SQL_HOST is ${host}: a password would be sent in clear text. Set TLS_CERT_FILE and TLS_KEY_FILE, or a loopback address`,
    )
  }
  const engine = makeSqlEngine({ ...options, timeoutMs: limits.timeoutMs, sessions: limits.sessions })
  const sessions: SqlDoor['sessions'] = new Map()
  const statements = telemetry.metrics.counter(
    'stoa_sql_statements_total',
    'Statements of SQL clients, by outcome: ok or a SQLSTATE.',
    ['outcome'],
  )
  telemetry.metrics.gauge('stoa_sql_sessions', 'Sessions of SQL clients that are open.', [], (gauge) =>
    gauge.set(sessions.size),
  )
  const door: SqlDoor = {
    engine,
    signIn,
    permission,
    limits,
    logger,
    secureContext,
    requiresTls: !isLoopback(host),
    sessions,
    onStatement: (outcome) => statements.add(1, { outcome }),
  }
  const open = new Set<Promise<void>>()
  const server = createServer((socket) => {
    const serving = serve(door, socket).finally(() => open.delete(serving))
    open.add(serving)
  })
  server.maxConnections = limits.sessions + mostUnsigned
  await listen(server, host, port)
  const bound = (server.address() as AddressInfo).port
  logger.info('serving SQL', { host, port: bound, tls: isSecure })
  return {
    port: bound,
    async close() {
      server.close()
      for (const { end } of sessions.values())
        end(fatal(sqlStates.adminShutdown, 'terminating connection due to administrator command'))
      await engine.close()
      await Promise.all(open)
    },
  }
}

async function serve(door: SqlDoor, socket: Socket): Promise<void> {
  await serveConnection(door, socket).catch((error: unknown) => {
    socket.destroy()
    door.logger.error('a SQL connection failed', { error })
  })
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (cause: Error) => reject(new StartError(`SQL_PORT ${port} cannot be opened: ${cause.message}`)))
  server.listen(port, host, resolve)
  await promise
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  const version = isIP(host)
  if (version === 0) return false
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8, 'ipv4')
  loopback.addAddress('::1', 'ipv6')
  return loopback.check(host, version === 6 ? 'ipv6' : 'ipv4')
}

/** The certificate, read again for a new connection when its file has changed; files that do not fit, as while they are written, change nothing. */
function certificateOf({
  certFile,
  keyFile,
  telemetry: { logger },
}: SqlOptions): () => Promise<SecureContext | undefined> {
  if (certFile === undefined && keyFile === undefined) return async () => undefined
  if (certFile === undefined || keyFile === undefined) {
    throw new StartError('TLS_CERT_FILE and TLS_KEY_FILE must be set together')
  }
  let known: { readonly mark: string; readonly context: SecureContext } | undefined
  return async () => {
    try {
      const marks = await Promise.all([certFile, keyFile].map((file) => stat(file)))
      const mark = marks.map(({ mtimeMs, ino, size }) => `${mtimeMs} ${ino} ${size}`).join()
      if (known?.mark === mark) return known.context
      const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')])
      known = { mark, context: secureContextOf({ cert, key }) }
    } catch (error) {
      if (known === undefined)
        throw new StartError(`TLS_CERT_FILE and TLS_KEY_FILE cannot be used: ${(error as Error).message}`)
      logger.warn('the certificate cannot be used: the last one stays', { error })
    }
    return known.context
  }
}
