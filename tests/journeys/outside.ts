import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { enrolRoles } from '@stoa/events'
import { databaseUrl, openDatabase, provision } from '@stoa/postgres'
import { dataFolderAt, readJson } from '@stoa/supervisor/data-folder'
import { homeOf } from '@stoa/supervisor/postgres/location'
import { cloneTree } from '../../tools/new/src/clone-tree.ts'
import { system } from './system.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/** A service that was generated in a folder outside the running system, which does not know its contract. */
export interface OutsideService {
  readonly name: string
  /** The stoa command of that folder, over the running system as this operator. */
  readonly stoa: (token: string, ...args: string[]) => Promise<string>
  /** Starts a process of the service with these settings beside those of the running system. */
  readonly start: (settings: Readonly<Record<string, string>>) => void
  /** Stops the process as an orchestrator does; resolves with its exit code. */
  readonly stop: () => Promise<number | null>
  readonly discard: () => Promise<void>
}

/** Generates a service as `npm run new` does, in a copy of the tree. */
export async function generateOutside(name: string): Promise<OutsideService> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'stoa-outside-')))
  cloneTree(root, folder)
  const inFolder = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) =>
    run(process.execPath, [join(folder, program), ...args], { cwd: folder, env, maxBuffer: 2 ** 26 })
  await inFolder('tools/new/src/main.ts', ['service', name])
  const databases = await databasesFor(name)
  let started: ChildProcess | undefined
  let log = ''
  return {
    name,
    async stoa(token, ...args) {
      const env = { ...process.env, STOA_HOME: join(folder, 'nothing'), STOA_TOKEN: token }
      return (await inFolder('cli/src/main.ts', [...args, '--url', system.gatewayUrl], env)).stdout
    },
    start(settings) {
      const { registry = [], auth = [] } = system.serviceUrls
      const env = {
        PATH: process.env['PATH'],
        PORT: '0',
        REGISTRY_URL: registry[0],
        AUTH_URL: auth[0],
        AUTH_ISSUER: system.gatewayUrl,
        ...databases,
        ...settings,
      }
      started = spawn(process.execPath, [`services/${name}/src/main.ts`], {
        cwd: folder,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      for (const output of [started.stdout, started.stderr])
        output?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)))
    },
    async stop() {
      if (started === undefined || started.exitCode !== null) throw new Error(`${name} does not run: ${log}`)
      started.kill('SIGTERM')
      const [code] = (await once(started, 'exit')) as [number | null]
      return code
    },
    async discard() {
      started?.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A database for a service on the server of the running system, and a role in its event log, as an administrator makes them. */
async function databasesFor(name: string): Promise<Readonly<Record<string, string>>> {
  const data = dataFolderAt(system.home)
  const [ports, password] = await Promise.all([
    readJson<Record<string, number>>(data.ports),
    readFile(join(await homeOf(data.postgres), 'password'), 'utf8'),
  ])
  const adminUrl = `postgres://postgres:${password.trim()}@127.0.0.1:${ports?.['postgres']}/postgres`
  const made = () => randomBytes(24).toString('base64url')
  const own = { name: `stoa_${name}`, role: `stoa_${name}`, password: made() }
  const log = { name: 'stoa_event_log', role: `stoa_${name}_log`, password: made() }
  await provision(adminUrl, { databases: [own], roles: [log] })
  const asAdmin = adminUrl.replace(/postgres$/, log.name)
  const forOneUse = { readConnections: 1, writeConnections: 1, statementTimeoutMs: 60_000 }
  const database = openDatabase({ url: asAdmin, applicationName: 'journeys', ...forOneUse })
  await enrolRoles(database, [{ role: log.role, service: name }])
  await database.close()
  return { DATABASE_URL: databaseUrl(adminUrl, own), LOG_DATABASE_URL: databaseUrl(adminUrl, log) }
}
