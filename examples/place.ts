import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { staticResolver } from '@stoa/discovery'
import { logMigrations, openEventLog, type EventLog } from '@stoa/events'
import { databaseUrl, migrate, openDatabase, provision } from '@stoa/postgres'
import { startService, type DefinedService, type RunningService, type ServiceConfig } from '@stoa/service'
import { discardPostgres, startPostgres } from '@stoa/supervisor/postgres/start-postgres'
import { givenDatabaseUrl } from './config.ts'
import { access, nameIdentity } from './name-identity.ts'

const prefix = 'stoa-example-'

/** A service that runs for an example. */
export interface Started extends RunningService {
  readonly url: string
  readonly databaseUrl: string
}

/** Where an example's services run: in this process, on free ports, over one PostgreSQL. */
export interface Place {
  /** Starts a service over its database, made at its first start; it finds the peers by their names. */
  readonly start: (definition: DefinedService<ServiceConfig>, peers?: readonly RunningService[]) => Promise<Started>
  readonly log: EventLog
  /** Stops what still runs, the latest first, and leaves nothing behind. */
  readonly close: () => Promise<void>
}

/** Runs an example in a place of its own, which is closed whatever happens. */
export async function inPlace(run: (place: Place) => Promise<void>): Promise<void> {
  const place = await openPlace()
  try {
    await run(place)
  } finally {
    await place.close()
  }
}

/** Opens a place: on the server of EXAMPLES_DATABASE_URL, or on one of its own that is gone at the end. */
async function openPlace(): Promise<Place> {
  const server = await openServer()
  const databases = databasesOn(server.url)
  const logUrl = await databases.urlOf('log')
  await migrate(logUrl, [logMigrations])
  const log = openEventLog({ url: logUrl, applicationName: 'example' })
  const started: Started[] = []
  return {
    log,
    async start(definition, peers = []) {
      const ownUrl = await databases.urlOf(definition.contract.name)
      const config = definition.config.parse({
        DATABASE_URL: ownUrl,
        LOG_DATABASE_URL: logUrl,
        PORT: '0',
        LOG_LEVEL: 'error',
      })
      const resolver = staticResolver(Object.fromEntries(peers.map(({ name, port }) => [name, [`127.0.0.1:${port}`]])))
      const identity = nameIdentity(definition.contract)
      const running = await startService(definition, { config, access, identity, resolver })
      const service = { ...running, url: `http://127.0.0.1:${running.port}`, databaseUrl: ownUrl }
      started.push(service)
      return service
    },
    async close() {
      for (const service of started.toReversed()) await service.stop()
      await log.close()
      await databases.drop()
      await server.close()
    },
  }
}

async function openServer(): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const given = givenDatabaseUrl()
  if (given !== undefined) return { url: given, close: async () => {} }
  await discardLeftBehind()
  const dataDir = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  const log = { info: () => {}, warn: (fields: object, message: string) => console.error(message, fields) }
  const postgres = await startPostgres({ dataDir, port: 0, log })
  const close = async () => {
    await postgres.stop()
    await discardPostgres(dataDir)
  }
  return { url: postgres.url, close }
}

/** Servers of examples that were killed. */
async function discardLeftBehind(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1])
    if (pid > 0 && !isRunning(pid)) await discardPostgres(join(tmpdir(), name))
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A database and a role for each service; several examples may run on one server at once. */
function databasesOn(adminUrl: string) {
  const suffix = randomBytes(6).toString('hex')
  const urls = new Map<string, string>()
  return {
    async urlOf(service: string): Promise<string> {
      const known = urls.get(service)
      if (known !== undefined) return known
      const name = `example_${service}_${suffix}`
      const database = { name, role: name, password: randomBytes(12).toString('hex') }
      await provision(adminUrl, { databases: [database] })
      const url = databaseUrl(adminUrl, database)
      urls.set(service, url)
      return url
    },
    async drop(): Promise<void> {
      const admin = openDatabase({ url: adminUrl, applicationName: 'example', statementTimeoutMs: 30_000 })
      const session = await admin.session()
      for (const service of urls.keys()) {
        const name = `example_${service}_${suffix}`
        await session.script(`drop database if exists "${name}" with (force)`)
        await session.script(`drop role if exists "${name}"`)
      }
      await session.close()
      await admin.close()
    },
  }
}
