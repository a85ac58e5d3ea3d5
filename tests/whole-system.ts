import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ProcessRow } from '@stoa/supervisor/control'
import { dataFolderAt, readJson } from '@stoa/supervisor/data-folder'
import type { Secrets } from '@stoa/supervisor/secrets'
import { systemEnvironment } from './config.ts'
import { askDatabases, type Sql } from './databases.ts'
import type { Doors } from './requests/doors.ts'

const run = promisify(execFile)
const thisTree = fileURLToPath(new URL('..', import.meta.url))

/** A separate running system. */
export interface WholeSystem extends Doors {
  /** The data folder. */
  readonly home: string
  readonly sql: Sql
  readonly rows: () => Promise<readonly ProcessRow[]>
  /** The stoa command; throws when it fails. */
  readonly stoa: (...args: string[]) => Promise<string>
  /** Stops it and keeps the data folder. */
  readonly down: () => Promise<void>
  readonly stop: () => Promise<void>
}

interface Options {
  /** A part of the name of the data folder. */
  readonly name: string
  /** The shop by default. */
  readonly system?: string
  /** The number of processes of a service; 1 by default. */
  readonly scale?: Readonly<Record<string, number>>
  /** Additional settings, made for the data folder. */
  readonly settings?: (home: string) => Readonly<Record<string, string>>
  /** Commands that run before the start. */
  readonly before?: readonly (readonly string[])[]
  /** The folder of the sources; these by default. */
  readonly root?: string
  /** The data folder of an earlier start; a new one by default. */
  readonly home?: string
  /** A system of the same sources whose bundles are used. */
  readonly bundlesOf?: { readonly home: string } | undefined
}

/** Starts a system with the stoa command: on free ports, with carrier days of a second and limits of requests and tickets that are not reached. */
export async function bringUp({
  name,
  system = 'shop',
  scale = {},
  settings,
  before = [],
  root = thisTree,
  home: earlierHome,
  bundlesOf,
}: Options): Promise<WholeSystem> {
  const home = earlierHome ?? (await makeHome(name))
  if (bundlesOf !== undefined) await symlink(join(bundlesOf.home, 'bundles'), join(home, 'bundles'))
  const env = {
    ...systemEnvironment(home),
    CARRIER_DAY_SECONDS: '1',
    RETURN_WINDOW_DAYS: '5',
    RATE_LIMIT_SCALE: '10000',
    TICKETS_PER_DAY: '1000000',
    CHAT_CONVERSATIONS_PER_DAY: '1000000',
    TICKET_MESSAGES_PER_DAY: '1000000',
    ...settings?.(home),
  }
  const stoa = async (...args: string[]) =>
    (await run(process.execPath, [join(root, 'cli/src/main.ts'), ...args], { cwd: root, env, maxBuffer: 2 ** 26 }))
      .stdout
  for (const command of before) await stoa(...command)
  const scaled = Object.entries(scale).flatMap(([service, count]) => ['--scale', `${service}=${count}`])
  await stoa('up', '--detach', '--ports', 'auto', '--system', system, ...scaled)
  const rows = async () => JSON.parse(await stoa('ps', '--json')) as ProcessRow[]
  const serviceUrls: Record<string, string[]> = {}
  for (const { service, port } of await rows()) (serviceUrls[service] ??= []).push(`http://127.0.0.1:${port}`)
  return {
    home,
    sql: await databasesOf(home),
    clientSecrets: (await secretsOf(home)).clientSecrets,
    gatewayUrl: serviceUrls['gateway']?.[0] ?? '',
    serviceUrls,
    rows,
    stoa,
    down: async () => void (await stoa('down')),
    async stop() {
      await stoa('down')
      await rm(home, { recursive: true, force: true })
    },
  }
}

async function makeHome(name: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), `stoa-${name}-`))
  // started as root, PostgreSQL runs under another account, which needs access
  await chmod(home, 0o755)
  return home
}

/** Queries the databases of the system in this data folder. */
export async function databasesOf(home: string): Promise<Sql> {
  const [ports, secrets] = await Promise.all([
    readJson<Record<string, number>>(dataFolderAt(home).ports),
    secretsOf(home),
  ])
  if (ports?.['postgres'] === undefined) throw new Error(`no database server in ${home}`)
  return askDatabases(ports['postgres'], secrets)
}

async function secretsOf(home: string): Promise<Secrets> {
  const secrets = await readJson<Secrets>(dataFolderAt(home).secrets)
  if (secrets === undefined) throw new Error(`no secrets in ${home}`)
  return secrets
}
