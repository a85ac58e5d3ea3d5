import { createHash, randomBytes } from 'node:crypto'
import { readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AppError } from '@stoa/kernel'
import { root } from '@stoa/system/root'
import { systemError } from '@stoa/system/system-errors'
import { makeFolder } from './make-folder.ts'

/** Where a system keeps what it has: data, bundles, logs, secrets. */
export interface DataFolder {
  readonly path: string
  readonly postgres: string
  readonly bundles: string
  readonly logs: string
  readonly telemetry: string
  /** The Delta tables of etl and datamart. */
  readonly lake: string
  /** Uploaded files, in a folder of each service. */
  readonly blobs: string
  /** The buckets in which services keep files in place of that folder. */
  readonly buckets: string
  /** E-mails with a link, where there is no mail server. */
  readonly mail: string
  /** The socket on which a running supervisor takes commands. */
  readonly socket: string
  readonly lock: string
  readonly secrets: string
  /** The authority of the certificates for calls between services, and a folder of each service. */
  readonly mesh: string
  /** The last running processes, for the start after a kill -9. */
  readonly processes: string
  /** What a seed has been put into, and whether all read copies have it. */
  readonly seeded: string
  /** The name of the system whose data it holds. */
  readonly system: string
  /** Where everything listens, or listened last. */
  readonly ports: string
  /** Which services have sagas and consumers, so that the command line need not read the contracts. */
  readonly operated: string
  /** The command line's own tokens. */
  readonly tokens: string
  /** Where the database server's write-ahead log is archived, when it is. */
  readonly archive: string
  /** Backups that were given no other place. */
  readonly backups: string
  /** There while a restore puts files in place. */
  readonly restoring: string
}

const mebibyte = 1024 * 1024
// A database server of its own and the bundled code; later only what is written.
const neededAtFirstBytes = 250 * mebibyte
const neededLaterBytes = 50 * mebibyte
// The longest path that a unix socket may have on every system.
const longestSocketPath = 100

/** The folder named by an option, else by STOA_HOME, else `.stoa` in the repository. Makes nothing. */
export function dataFolderAt(path: string | undefined): DataFolder {
  const home = resolve(path ?? (process.env['STOA_HOME'] || join(root, '.stoa')))
  return {
    path: home,
    postgres: join(home, 'postgres'),
    bundles: join(home, 'bundles'),
    logs: join(home, 'logs'),
    telemetry: join(home, 'telemetry'),
    lake: join(home, 'lake'),
    blobs: join(home, 'blobs'),
    buckets: join(home, 'buckets.json'),
    mail: join(home, 'mail'),
    socket: socketPath(home),
    lock: join(home, 'lock'),
    secrets: join(home, 'secrets.json'),
    mesh: join(home, 'mesh'),
    processes: join(home, 'processes.json'),
    seeded: join(home, 'seeded.json'),
    system: join(home, 'system.json'),
    ports: join(home, 'ports.json'),
    operated: join(home, 'operated.json'),
    tokens: join(home, 'tokens.json'),
    archive: join(home, 'archive.json'),
    backups: join(home, 'backups'),
    restoring: join(home, 'restoring.json'),
  }
}

function socketPath(home: string): string {
  const path = join(home, 'control.sock')
  if (path.length <= longestSocketPath) return path
  return join(tmpdir(), `stoa-${createHash('sha256').update(home).digest('hex').slice(0, 16)}.sock`)
}

/** Creates the folders. @throws AppError with the fix when the disk is full or the folder belongs to another program */
export async function makeDataFolder(folder: DataFolder): Promise<void> {
  try {
    for (const path of [folder.path, folder.logs, folder.bundles, folder.telemetry]) await makeFolder(path)
    const { bavail, bsize } = await statfs(folder.path)
    const isFirst = (await stat(folder.secrets).catch(() => undefined)) === undefined
    const neededBytes = isFirst ? neededAtFirstBytes : neededLaterBytes
    if (bavail * bsize < neededBytes) throw diskFull(folder.path, bavail * bsize, neededBytes)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw refusalForFolder(folder.path, error)
  }
}

function diskFull(path: string, freeBytes: number, neededBytes: number): AppError {
  const mebibytes = (bytes: number) => Math.floor(bytes / mebibyte)
  return systemError(
    'system.disk_full',
    `the disk of ${path} has ${mebibytes(freeBytes)} MiB free, but Stoa needs ${mebibytes(neededBytes)} MiB: ` +
      'free some space, or set STOA_HOME to a folder on another disk',
  )
}

/** Turns a failed write into the data folder into a sentence with its fix; returns any other error unchanged. */
export function refusalForFolder(path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, 0, neededLaterBytes)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return systemError(
      'system.folder_not_ours',
      `this account cannot write to the folder ${path}: start as the account that created it, or set STOA_HOME to another folder`,
      { cause },
    )
  }
  return cause
}

/** Reads a JSON file of ours; undefined when it is missing or was cut off. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T
  } catch {
    return undefined
  }
}

/** Writes a JSON file as a whole, readable by its owner only. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const unfinished = `${path}.${randomBytes(4).toString('hex')}`
  try {
    await writeFile(unfinished, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 })
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}
