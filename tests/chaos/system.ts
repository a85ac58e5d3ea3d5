import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { askSupervisor, type ProcessRow } from '@stoa/supervisor/control'
import { dataFolderAt, readJson } from '@stoa/supervisor/data-folder'
import { choosePorts } from '@stoa/supervisor/place'
import type { Secrets } from '@stoa/supervisor/secrets'
import { system as shop } from '@stoa/systems/shop'
import { systemEnvironment } from '../config.ts'
import { askDatabases, databaseUrlAt, type Sql } from '../databases.ts'
import { makeReleases, type Releases } from './releases/releases.ts'
import { mountDisk, type Disk } from './disk.ts'
import { closeLinks, linkHost, openLinks, type Links } from './links/links.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const stoaProgram = join(root, 'cli/src/main.ts')

/** A whole running system whose network, disk and clocks are ours. */
export interface System {
  readonly home: string
  readonly gatewayUrl: string
  readonly links: Links
  /** Or why there is none. */
  readonly disk: Disk | { readonly refused: string }
  /** The folder with what each service's clock is ahead, in ms, by its name. */
  readonly clocks: string
  /** The processes of the next release beside it. */
  readonly releases: Releases
  readonly sql: Sql
  /** The URL of a database, the way that is never disturbed. */
  readonly databaseUrl: (name: string) => string
  /** @throws NotRunning while no supervisor runs */
  readonly rows: () => Promise<readonly ProcessRow[]>
  /** The stoa command; throws when it fails. */
  readonly stoa: (...args: string[]) => Promise<string>
  readonly stop: () => Promise<void>
}

/** Names of all that have a database, and of all that are reached over a link. */
const withDatabase = shop.services.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name)

/** Starts a system of its own, every way between its processes over a link. */
export async function startSystem(): Promise<System> {
  const home = await mkdtemp(join(tmpdir(), 'stoa-chaos-'))
  // as root PostgreSQL runs under another account, which has to get in
  await chmod(home, 0o755)
  const data = join(home, 'data')
  const clocks = join(home, 'clocks')
  await Promise.all([mkdir(data), mkdir(clocks)])
  const disk = await mountDisk(data)
  const ports = await choosePorts(shop.services, { isAuto: true, environment: {} })
  const links = await openLinks(new Map([...ports].filter(([name]) => name !== 'gateway' && !name.includes('.'))))
  const environment = { ...systemEnvironment(data), ...settingsFor(ports, clocks) }
  const stoa = async (env: Readonly<Record<string, string | undefined>>, args: readonly string[]) =>
    (
      await run(process.execPath, [stoaProgram, ...args], {
        cwd: root,
        env: { ...process.env, ...env },
        maxBuffer: 2 ** 26,
      })
    ).stdout
  // The first start makes the databases and their passwords; the second reaches them over the link.
  await stoa(environment, ['up', '--detach'])
  await stoa(environment, ['down'])
  const folder = dataFolderAt(data)
  const secrets = await readJson<Secrets>(folder.secrets)
  if (secrets === undefined) throw new Error('the system has made no secrets')
  const postgresPort = ports.get('postgres') ?? 0
  const everyday = { ...environment, ...databaseSettings(postgresPort, secrets) }
  await stoa(everyday, ['up', '--detach'])
  const releases = makeReleases()
  return {
    home: data,
    gatewayUrl: `http://127.0.0.1:${ports.get('gateway')}`,
    links,
    disk,
    clocks,
    releases,
    sql: askDatabases(postgresPort, secrets),
    databaseUrl: (name) => databaseUrlAt('127.0.0.1', postgresPort, name, secrets),
    rows: () => askSupervisor<ProcessRow[]>(folder, { command: 'ps' }),
    stoa: (...args) => stoa(everyday, args),
    async stop() {
      await releases.end()
      await stoa(everyday, ['down']).catch(() => {})
      await closeLinks(links)
      if (!('refused' in disk)) await disk.unmount()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Ports that are known before anything runs, addresses on the links, short days and clocks that can be moved. */
function settingsFor(ports: ReadonlyMap<string, number>, clocks: string): Record<string, string> {
  const preload = new URL('./clock/move-clock.ts', import.meta.url)
  preload.searchParams.set('folder', clocks)
  const chosen = [...ports].map(([name, port]): [string, string] => {
    const setting = name.includes('.') ? name.replace('.', '_') : `${name}_PORT`
    return [name === 'postgres' ? 'STOA_POSTGRES_PORT' : setting.toUpperCase(), String(port)]
  })
  return {
    ...Object.fromEntries(chosen),
    NODE_OPTIONS: `--import=${preload.href}`,
    ADVERTISED_HOST: linkHost,
    REGISTRY_URL: `http://${linkHost}:${ports.get('registry')}`,
    AUTH_URL: `http://${linkHost}:${ports.get('auth')}`,
    CARRIER_DAY_SECONDS: '1',
    RETURN_WINDOW_DAYS: '5',
    RATE_LIMIT_SCALE: '10000',
  }
}

function databaseSettings(port: number, secrets: Secrets): Record<string, string> {
  const own = withDatabase.map((name) => [
    `${name.toUpperCase()}_DATABASE_URL`,
    databaseUrlAt(linkHost, port, name, secrets),
  ])
  return { ...Object.fromEntries(own), LOG_DATABASE_URL: databaseUrlAt(linkHost, port, 'event_log', secrets) }
}

/** The process that started this one; undefined when it is gone. */
export async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // the name may hold spaces and brackets; what follows its last bracket is state, then parent
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** The processes that this one has started. */
export async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout
    .split('\n')
    .map(Number)
    .filter((each) => each > 0)
}
