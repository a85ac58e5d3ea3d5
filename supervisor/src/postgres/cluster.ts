import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Location } from './location.ts'
import { refusalFor } from './start-failure.ts'
import { systemError } from '@stoa/system/system-errors'

export type Settings = Readonly<Record<string, string | number>>

/** An initialised cluster on disk. */
export interface Cluster extends Location {
  readonly folder: string
  readonly logFile: string
  /** The superuser's. */
  readonly password: string
}

const run = promisify(execFile)

/** In bytes; the least of the systems we run on (macOS), where Linux takes 107. */
const longestSocketPath = 103

const unfinishedPrefix = 'cluster.unfinished-'

export const superuser = 'postgres'

/** For a machine of a few cores and gigabytes that runs everything; every loss of power is still survived. */
const defaults: Settings = {
  listen_addresses: "'127.0.0.1'",
  unix_socket_directories: "''",
  max_connections: 300,
  password_encryption: "'scram-sha-256'",
  shared_buffers: "'128MB'",
  effective_cache_size: "'1GB'",
  work_mem: "'8MB'",
  maintenance_work_mem: "'64MB'",
  random_page_cost: 1.1,
  jit: 'off',
  huge_pages: 'off',
  // No helper processes for what small statements do not use: parallel workers, asynchronous reads, replication.
  io_method: "'sync'",
  max_parallel_workers_per_gather: 0,
  max_parallel_maintenance_workers: 0,
  max_wal_senders: 0,
  max_replication_slots: 0,
  max_logical_replication_workers: 0,
  autovacuum_worker_slots: 4,
  autovacuum_max_workers: 2,
  autovacuum_naptime: "'30s'",
  max_wal_size: "'1GB'",
  checkpoint_timeout: "'10min'",
  update_process_title: 'off',
  log_line_prefix: "'%m [%p] %q%a '",
  log_checkpoints: 'off',
  log_timezone: "'UTC'",
  timezone: "'UTC'",
  datestyle: "'iso, ymd'",
  default_text_search_config: "'pg_catalog.english'",
}

/** Opens the cluster in the home folder of the location; initialises it first if it is new. */
export async function openCluster(location: Location, port: number, settings: Settings): Promise<Cluster> {
  const folder = join(location.home, 'cluster')
  const found = await readVersion(folder)
  const password =
    found === undefined ? await initialise(location, folder, settings) : await readPassword(location.home)
  if (found !== undefined) await requireVersion(location, found, location.home)
  const socketFolder = socketFolderOf(location)
  const sockets = socketFolder === undefined ? {} : { unix_socket_directories: `'${socketFolder}'` }
  await configureCluster(location, folder, { ...sockets, ...settings, port })
  return { ...location, folder, password, logFile: join(location.home, 'server.log') }
}

/** The home, which only its owner can enter; undefined where its path is too long for a socket's, or would need quoting. */
function socketFolderOf({ home }: Location): string | undefined {
  const isShort = Buffer.byteLength(join(home, '.s.PGSQL.65535')) <= longestSocketPath
  return isShort && /^[\w./-]+$/.test(home) ? home : undefined
}

/** Writes a cluster's settings: ours, and what is given in addition to or in place of them. */
export async function configureCluster(location: Location, folder: string, settings: Settings): Promise<void> {
  await writeSettings(location, folder, { ...defaults, ...settings })
}

/** The environment and account of every program we run: PG* variables of the user's own must not reach it. */
export function programOptions({ account, home }: Location) {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
  return account === undefined ? { env, cwd: home } : { env, cwd: home, uid: account.uid, gid: account.gid }
}

async function readVersion(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function readPassword(home: string): Promise<string> {
  try {
    return (await readFile(join(home, 'password'), 'utf8')).trim()
  } catch (cause) {
    throw systemError(
      'postgres.no_password',
      `the superuser's password, ${join(home, 'password')}, cannot be read: restore the file, or delete the folder (its data is lost)`,
      { cause },
    )
  }
}

/** Data of another major version cannot be read. @throws AppError `postgres.other_version` */
export async function requireVersion(location: Location, found: string, where: string): Promise<void> {
  const { stdout } = await run(join(location.native, 'bin', 'postgres'), ['--version'], programOptions(location))
  const ours = /\) (\d+)/.exec(stdout)?.[1]
  if (ours === found) return
  throw systemError(
    'postgres.other_version',
    `the data in ${where} was written by PostgreSQL ${found} and this is ${ours}: ` +
      'restore a backup into a new folder, or delete the folder (its data is lost)',
  )
}

async function initialise(location: Location, folder: string, settings: Settings): Promise<string> {
  const password = randomBytes(24).toString('base64url')
  const passwordFile = join(location.home, 'password')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (location.account !== undefined) await chown(passwordFile, location.account.uid, location.account.gid)
  // Renamed when whole, so that a start that was killed in the middle begins again; its initdb may still be at work.
  await removeUnfinished(location.home)
  const unfinished = join(location.home, `${unfinishedPrefix}${randomBytes(4).toString('hex')}`)
  try {
    await initdb(location, unfinished, passwordFile, settings, ['--locale=C.UTF-8'])
  } catch (error) {
    if (!/invalid locale name/.test((error as { stderr?: string }).stderr ?? '')) throw refusalFor(String(error), error)
    await removeUnfinished(location.home)
    // A C library without C.UTF-8: the collation is PostgreSQL's own in either case.
    await initdb(location, unfinished, passwordFile, settings, ['--locale=C', '--builtin-locale=C.UTF-8'])
  }
  await rename(unfinished, folder)
  return password
}

async function removeUnfinished(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (name.startsWith(unfinishedPrefix)) await rm(join(home, name), { recursive: true, force: true }).catch(() => {})
  }
}

async function initdb(
  location: Location,
  folder: string,
  passwordFile: string,
  settings: Settings,
  locale: readonly string[],
): Promise<void> {
  await run(
    join(location.native, 'bin', 'initdb'),
    [
      `--pgdata=${folder}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      ...locale,
      '--no-instructions',
      ...(settings['fsync'] === 'off' ? ['--no-sync'] : []),
    ],
    programOptions(location),
  )
}

async function writeSettings({ account }: Location, folder: string, settings: Settings): Promise<void> {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  const path = join(folder, 'postgresql.conf')
  const text = `# Written at every start; settings of your own: ALTER SYSTEM.\n${lines.join('\n')}\n`
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return
  await writeFile(path, text, { mode: 0o600 })
  if (account !== undefined) await chown(path, account.uid, account.gid)
}
