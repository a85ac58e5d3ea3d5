import { chmod, chown, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Account } from '../postgres/account.ts'
import { requireVersion, superuser } from '../postgres/cluster.ts'
import { prepareLocation, type Location } from '../postgres/location.ts'
import { findPostmaster, stopPostmaster } from '../postgres/postmaster.ts'
import { makeDataFolder, writeJson, type DataFolder } from '../data-folder.ts'
import { takeLock } from '../lock.ts'
import { endLeftBehind } from '../processes.ts'
import { readArchive, requireArchive, type Archive } from './archive.ts'
import { copyFile, forEachAtOnce, listTree } from './copy-files.ts'
import type { Bucket } from '../buckets.ts'
import { placeBlobs } from './blob-files.ts'
import { placeInBuckets } from './bucket-files.ts'
import { placeLake } from './lake-files.ts'
import { readManifest, requireWhole, type Manifest } from './manifest.ts'
import { recover } from './recover.ts'
import { holdsSegment, isSegment } from './segments.ts'
import { ownFiles } from './take-backup.ts'
import { systemError } from '@stoa/system/system-errors'
import { makeFolder } from '../make-folder.ts'

/** What to restore, and where. */
export interface RestoreOptions {
  readonly data: DataFolder
  readonly backup: string
  /** A point in time, or as far as the log goes; the end of the backup when it is left out. */
  readonly to?: Temporal.Instant | 'latest' | undefined
  /** The archive to read the log from, in place of the one that the backup names; an absolute path. */
  readonly archive?: string | undefined
  /** Where services keep files in place of the data folder. */
  readonly buckets?: readonly Bucket[]
  readonly onProgress: (text: string) => void
}

// Folders that a backup leaves empty, and a server wants to be there.
const neededFolders = ['dynshmem', 'notify', 'serial', 'snapshots', 'stat_tmp', 'subtrans', 'replslot'].map(
  (name) => `pg_${name}`,
)

/**
 * Puts a backup in the place of a stopped system's data, rolled forward to the wanted time. Nothing is replaced before the
 * restored cluster has been recovered; what was there is kept in `cluster.replaced`. Cut off, it can be run again.
 * @throws AppError `backup.damaged`, `restore.too_early`, `archive.not_there`, `archive.damaged`, `restore.time_not_reached`
 */
export async function restoreBackup(options: RestoreOptions): Promise<void> {
  const { data, backup, onProgress } = options
  const manifest = await readManifest(backup)
  requireLater(options.to, manifest)
  await makeDataFolder(data)
  const lock = takeLock(data)
  try {
    const location = await prepareLocation(data.postgres)
    const own = await readArchive(data)
    const sources = await findLog(options, manifest, own, location.account)
    onProgress(`Comparing ${manifest.files.length} files with their checksums`)
    await requireWhole(backup, manifest)
    await endLeftBehind(data)
    await requireVersion(location, (await readFile(join(backup, 'cluster/PG_VERSION'), 'utf8')).trim(), backup)
    const running = await findPostmaster(join(location.home, 'cluster'))
    if (running !== undefined) await stopPostmaster(running, 10_000)
    const unfinished = await layOut(options, location, manifest)
    onProgress(options.to === undefined ? 'Recovering' : 'Recovering from the archived log')
    await recover({
      location,
      folder: unfinished,
      sources,
      archive: own,
      to: options.to,
      finish: async (port) => forgetInstances(port, await readFile(join(backup, 'own/password'), 'utf8')),
    })
    await putInPlace(options, location, { made: unfinished, manifest })
  } finally {
    lock.release()
  }
}

/** The registry remembers who ran at that time: beside a system that still runs, the restored one would call its processes. */
async function forgetInstances(port: number, password: string): Promise<void> {
  const server = { host: '127.0.0.1', port, user: superuser, password: password.trim() }
  const { rowCount } = await query(
    { ...server, database: 'postgres' },
    `select from pg_database where datname = 'stoa_registry'`,
  )
  if (rowCount === 0) return
  const registry = { ...server, database: 'stoa_registry' }
  const { rows } = await query(registry, `select to_regclass('public.instances') is not null as is_there`)
  if ((rows[0] as { is_there: boolean } | undefined)?.is_there === true) await query(registry, 'delete from instances')
}

async function query(server: pg.ClientConfig, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client(server)
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}

function requireLater(to: RestoreOptions['to'], { endedAt }: Manifest): void {
  if (typeof to !== 'object' || Temporal.Instant.compare(to, Temporal.Instant.from(endedAt)) >= 0) return
  throw systemError(
    'restore.too_early',
    `the backup ended at ${endedAt}, and a restore cannot go back further: restore an earlier backup to ${to.toString()}`,
  )
}

/**
 * Where the log is that the backup continues with: where the backup says, and where this system archives now. That one is asked
 * too when the backup names another: it has what came after a move, and the timelines that may not be taken again.
 */
async function findLog(
  { archive, to }: RestoreOptions,
  manifest: Manifest,
  own: Archive | undefined,
  account: Account | undefined,
): Promise<string[]> {
  const named = archive ?? manifest.archive
  // A backup is consistent with what it holds itself: only a later time needs more.
  const isNeeded = to !== undefined
  if (named !== undefined && (isNeeded || archive !== undefined)) {
    await requireArchive(named, account, 'name its current folder with --archive')
  }
  if (own === undefined || own.folder === named) return named === undefined ? [] : [named]
  if (isNeeded) {
    await requireArchive(
      own.folder,
      account,
      'set the current folder with "stoa archive on FOLDER", or run "stoa archive off"',
    )
  }
  return named === undefined ? [own.folder] : [named, own.folder]
}

async function layOut(
  { backup, onProgress }: RestoreOptions,
  location: Location,
  { files }: Manifest,
): Promise<string> {
  const { home, account } = location
  const unfinished = join(home, 'cluster.restoring')
  await rm(unfinished, { recursive: true, force: true })
  const { folders } = await listTree(join(backup, 'cluster'))
  for (const folder of ['', ...folders, ...neededFolders]) await makeOwnFolder(join(unfinished, folder), account)
  for (const folder of ['archive_status', 'summaries']) await makeOwnFolder(join(unfinished, 'pg_wal', folder), account)
  const paths = files.map(({ path }) => path).filter((path) => path.startsWith('cluster/'))
  onProgress(`Copying ${paths.length} files`)
  await forEachAtOnce(paths, (path) => placeFile(join(backup, path), join(unfinished, path.slice(8)), account))
  await keepLatestLog(join(home, 'cluster'), unfinished, account)
  return unfinished
}

/** What the replaced cluster wrote and did not archive is the end of the log, when it is the same cluster's. */
async function keepLatestLog(replaced: string, made: string, account: Account | undefined): Promise<void> {
  if ((await identifierOf(replaced)) !== (await identifierOf(made))) return
  const [from, to] = [join(replaced, 'pg_wal'), join(made, 'pg_wal')]
  const there = new Set(await readdir(to))
  for (const name of await readdir(from)) {
    if (there.has(name) || !(name.endsWith('.history') || isSegment(name))) continue
    if (name.endsWith('.history') || (await holdsSegment(join(from, name), name)))
      await placeFile(join(from, name), join(to, name), account)
  }
}

/** The system identifier is what pg_control begins with. */
async function identifierOf(cluster: string): Promise<bigint | undefined> {
  const control = await readFile(join(cluster, 'global/pg_control')).catch(() => undefined)
  return control?.readBigUInt64LE(0)
}

async function makeOwnFolder(path: string, account: Account | undefined): Promise<void> {
  await makeFolder(path, 0o700)
  await chmod(path, 0o700)
  if (account !== undefined) await chown(path, account.uid, account.gid)
}

async function placeFile(from: string, to: string, account: Account | undefined): Promise<void> {
  await copyFile(from, to)
  if (account !== undefined) await chown(to, account.uid, account.gid)
}

/** A crash between the steps leaves the marker, with which nothing starts until a restore has come to its end. */
async function putInPlace(
  { data, backup, to, buckets = [] }: RestoreOptions,
  { home, account }: Location,
  { made, manifest }: { readonly made: string; readonly manifest: Manifest },
): Promise<void> {
  const cluster = join(home, 'cluster')
  const replaced = join(home, 'cluster.replaced')
  await writeJson(data.restoring, { backup })
  if (await exists(cluster)) {
    await rm(replaced, { recursive: true, force: true })
    await rename(cluster, replaced)
  }
  await rename(made, cluster)
  await placeLake(data, backup, { files: manifest.files, isLater: to !== undefined })
  await placeBlobs(data, backup, await placeInBuckets(buckets, backup, manifest.files))
  await placeFile(join(backup, 'own/password'), join(home, 'password'), account)
  for (const name of ownFiles) {
    const from = join(backup, 'own', name)
    if (await exists(from)) await copyFile(from, join(data.path, name))
    else await rm(join(data.path, name), { force: true })
  }
  await rm(data.tokens, { force: true })
  await rm(data.restoring)
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
