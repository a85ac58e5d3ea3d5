import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { isAppError } from '@stoa/kernel'
import type { DatabaseLog } from '@stoa/postgres'
import pg from 'pg'
import { openCluster, superuser, type Cluster, type Settings } from './cluster.ts'
import { homeOf, prepareLocation, removePostgresData } from './location.ts'
import { findPostmaster, spawnPostmaster, stopPostmaster, type Postmaster } from './postmaster.ts'
import { defaultLogLimit, watchServerLog, type LogLimit } from './server-log.ts'
import { portTaken } from './start-failure.ts'

export interface PostgresOptions {
  /** Holds the cluster, the superuser's password and the log; on root's own paths only the name of where they are. */
  readonly dataDir: string
  /** On 127.0.0.1; 0 picks a free one. */
  readonly port: number
  /** Added to, or in place of, the server's settings (postgresql.conf syntax). */
  readonly settings?: Settings
  readonly log: DatabaseLog
  /** Of `server.log`; 16 MiB by default, with as much again in `server.log.1`. */
  readonly logLimit?: LogLimit
}

export type PostgresState = 'ready' | 'restarting' | 'stopped'

/** A PostgreSQL server that is started again whenever it dies. */
export interface EmbeddedPostgres {
  /** The superuser's, for the database `postgres`. */
  readonly url: string
  readonly port: number
  /** The postmaster's now; undefined while it is down. */
  readonly pid: number | undefined
  /** Whether it was found running and taken over. */
  readonly isAdopted: boolean
  readonly onState: (listener: (state: PostgresState) => void) => void
  /** Stops the server in order, within about `timeoutMs` (4 s by default). */
  readonly stop: (options?: { timeoutMs?: number }) => Promise<void>
}

const maxBackoffMs = 5_000

/**
 * Brings up the embedded server: initialised when its folder is new, adopted when it still runs, recovered when it was
 * killed. @throws AppError `postgres.port_taken`, `postgres.disk_full`, `postgres.not_started` and others, with a fix
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const location = await prepareLocation(options.dataDir)
  const adopted = await adopt(`${location.home}/cluster`, options.port)
  const port = adopted?.port ?? (await choosePort(options.port))
  const cluster = await openCluster(location, port, options.settings ?? {})
  const postmaster = adopted ?? (await spawnPostmaster(cluster, port))
  const url = urlOf(cluster, postmaster)
  await closeToPublic(url)
  const { log, logLimit = defaultLogLimit } = options
  return supervise(cluster, postmaster, { url, isAdopted: adopted !== undefined, log, logLimit })
}

/** Over its Unix socket where it has one: no TCP, which is a tenth of what a small statement costs. */
function urlOf({ password }: Cluster, { port, socketFolder }: Postmaster): string {
  const url = new URL(`postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`)
  if (socketFolder !== undefined) url.searchParams.set('host', socketFolder)
  return url.href
}

/** Stops the server of this folder, if it runs, and deletes its data, wherever they were put. */
export async function discardPostgres(dataDir: string): Promise<void> {
  const running = await findPostmaster(`${await homeOf(dataDir)}/cluster`)
  if (running !== undefined) await stopPostmaster(running, 10_000)
  await removePostgresData(dataDir)
}

async function adopt(folder: string, wantedPort: number): Promise<Postmaster | undefined> {
  const found = await findPostmaster(folder)
  if (found === undefined || wantedPort === 0 || found.port === wantedPort) return found
  await stopPostmaster(found, 10_000)
  return undefined
}

function choosePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portTaken(wanted) : error)
    })
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : wanted))
    })
  })
}

/** Services' roles have no business in the server's own databases. */
async function closeToPublic(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const open = await client.query<{ name: string }>(`
      select quote_ident(datname) as name from pg_database
      where datname in ('postgres', 'template1')
        and (datacl is null or exists (select from aclexplode(datacl) where grantee = 0 and privilege_type = 'CONNECT'))`)
    for (const { name } of open.rows) await client.query(`revoke connect on database ${name} from public`)
  } finally {
    await client.end()
  }
}

interface Supervised {
  readonly url: string
  readonly isAdopted: boolean
  readonly log: DatabaseLog
  readonly logLimit: LogLimit
}

function supervise(
  cluster: Cluster,
  first: Postmaster,
  { url, isAdopted, log, logLimit }: Supervised,
): EmbeddedPostgres {
  const { port } = first
  const listeners: ((state: PostgresState) => void)[] = []
  const stopping = new AbortController()
  watchServerLog(cluster.logFile, logLimit, stopping.signal)
  let current: Postmaster | undefined = first
  let timeoutMs = 4_000
  const announce = (state: PostgresState) => {
    for (const listener of listeners) listener(state)
  }
  const keepUp = async () => {
    for (;;) {
      const running = current ?? (await restart(cluster, port, stopping.signal, log))
      if (running === undefined) break
      current = running
      if (running !== first) announce('ready')
      await Promise.race([running.ended, aborted(stopping.signal)])
      if (stopping.signal.aborted) {
        await stopPostmaster(running, timeoutMs)
        break
      }
      current = undefined
      log.warn({ pid: running.pid }, 'PostgreSQL exited unexpectedly and is restarted')
      announce('restarting')
    }
    current = undefined
    announce('stopped')
  }
  const done = keepUp()
  return {
    url,
    port,
    isAdopted,
    get pid() {
      return current?.pid
    },
    onState: (listener) => void listeners.push(listener),
    stop: async (options = {}) => {
      timeoutMs = options.timeoutMs ?? timeoutMs
      stopping.abort()
      await done
    },
  }
}

async function restart(
  cluster: Cluster,
  port: number,
  stopping: AbortSignal,
  log: DatabaseLog,
): Promise<Postmaster | undefined> {
  for (let failures = 0; !stopping.aborted; failures++) {
    if (failures > 0)
      await delay(Math.min(maxBackoffMs, 100 * 2 ** failures), undefined, { signal: stopping }).catch(() => {})
    if (stopping.aborted) return undefined
    try {
      return (await findPostmaster(cluster.folder)) ?? (await spawnPostmaster(cluster, port))
    } catch (error) {
      log.warn({ err: error }, isAppError(error) ? error.message : 'PostgreSQL could not be restarted')
    }
  }
  return undefined
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
