import { createHash } from 'node:crypto'
import { chmod, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type pg from 'pg'
import type { DataFolder } from '../data-folder.ts'
import { makeFolder } from '../make-folder.ts'
import { readArchive } from './archive.ts'
import { copyFile, forEachAtOnce, listTree } from './copy-files.ts'
import { requireBuckets, type Bucket } from '../buckets.ts'
import { copyBlobs } from './blob-files.ts'
import { copyBuckets } from './bucket-files.ts'
import { copyLake } from './lake-files.ts'
import { manifestName, type BackedUpFile, type Manifest } from './manifest.ts'
import { holdsSegment, segmentsBetween } from './segments.ts'
import { systemError } from '@stoa/system/system-errors'

/** A server that runs, and the folder that its cluster is in. */
export interface BackupSource {
  readonly data: DataFolder
  readonly home: string
  /** A session of the superuser's; it must stay open, as it is what holds the backup. */
  readonly server: pg.Client
  /** Where services keep files in place of the data folder. */
  readonly buckets?: readonly Bucket[]
}

// What a server makes again when it starts (PostgreSQL's documentation, "Backing Up the Data Directory").
const leftOut = new Set(['postmaster.pid', 'postmaster.opts', 'backup_label', 'tablespace_map', 'current_logfiles'])
const leftEmpty = /^(pg_wal|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans|pg_replslot)[/]/
const leftOutAnywhere = /(^|[/])(pgsql_tmp[^/]*|pg_internal\.init[^/]*)$/

/** The parts of the data folder that belong to the data: without the secrets they cannot be read. */
export const ownFiles = ['secrets.json', 'seeded.json'] as const

/**
 * Copies a running server's cluster with the write-ahead log that makes the copy consistent, the lake, and the system's secrets.
 * Nothing waits for it. The folder appears complete or not at all. @throws AppError `backup.folder_taken`, `backup.log_gone`
 */
export async function takeBackup(source: BackupSource, wanted: string): Promise<Manifest> {
  const target = resolve(wanted)
  await requireNew(target)
  const unfinished = join(dirname(target), `.${basename(target)}.unfinished-${process.pid}`)
  try {
    for (const each of ['cluster/pg_wal', 'own']) await makeFolder(join(unfinished, each), 0o700)
    await chmod(unfinished, 0o700)
    const manifest = await fill(source, unfinished)
    await writeFile(join(unfinished, manifestName), `${JSON.stringify(manifest, undefined, 1)}\n`, {
      mode: 0o600,
      flush: true,
    })
    await rm(target, { recursive: true, force: true })
    await rename(unfinished, target)
    return manifest
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

async function requireNew(target: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  if (names.length > 0) {
    throw systemError('backup.folder_taken', `${target} is not empty: choose a new or empty folder`)
  }
}

async function fill({ data, home, server, buckets = [] }: BackupSource, unfinished: string): Promise<Manifest> {
  await requireBuckets(data, buckets)
  const cluster = join(home, 'cluster')
  const startedAt = new Date().toISOString()
  await server.query(`select pg_backup_start('stoa', fast => true)`)
  const files = await copyCluster(cluster, join(unfinished, 'cluster'))
  const { label, last, endedAt } = await endBackup(server)
  const first = /\(file ([0-9A-F]{24})\)/.exec(label)?.[1] ?? ''
  files.push(await writeText(join(unfinished, 'cluster'), 'backup_label', label))
  for (const segment of segmentsBetween(first, last)) files.push(await copySegment(cluster, segment, unfinished))
  const lake = await copyLake(data, unfinished)
  const blobs = [
    ...(await copyBlobs(data, unfinished, servicesOf(buckets))),
    ...(await copyBuckets(buckets, unfinished)),
  ]
  const own = await copyOwn(data, home, unfinished)
  const identity = await identify(server)
  const archive = await readArchive(data)
  return {
    format: 1,
    startedAt,
    endedAt,
    ...identity,
    firstSegment: first,
    lastSegment: last,
    ...(archive === undefined ? {} : { archive: archive.folder }),
    files: [...files.map((file) => ({ ...file, path: join('cluster', file.path) })), ...lake, ...blobs, ...own],
  }
}

/** What their folders still have is from before they had a bucket. */
function servicesOf(buckets: readonly Bucket[]): ReadonlySet<string> {
  return new Set(buckets.map(({ service }) => service))
}

async function copyCluster(cluster: string, target: string): Promise<BackedUpFile[]> {
  const { folders, files } = await listTree(
    cluster,
    (path) => leftOut.has(path) || leftEmpty.test(path) || leftOutAnywhere.test(path),
  )
  for (const folder of folders) await makeFolder(join(target, folder), 0o700)
  const copied: BackedUpFile[] = []
  await forEachAtOnce(files, async (path) => {
    try {
      copied.push({ path, ...(await copyFile(join(cluster, path), join(target, path))) })
    } catch (error) {
      // A table that was dropped meanwhile; the log knows.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  })
  return copied.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

async function endBackup(server: pg.Client): Promise<{ label: string; last: string; endedAt: string }> {
  const { rows } = await server.query<{ label: string; spcmapfile: string; last: string; at: Date }>(`
    select labelfile as label, spcmapfile, pg_walfile_name(lsn) as last, clock_timestamp() as at
    from pg_backup_stop(wait_for_archive => false)`)
  const [row] = rows
  if (row === undefined) throw new Error('pg_backup_stop returned nothing')
  if (row.spcmapfile !== '') {
    throw systemError(
      'backup.tablespaces',
      'the cluster has tablespaces outside its folder, which backups do not support: move their tables to the default tablespace',
    )
  }
  return { label: row.label, last: row.last, endedAt: row.at.toISOString() }
}

/** A segment is overwritten once a checkpoint no longer needs it; on a busy server that is after half a gigabyte. */
async function copySegment(cluster: string, name: string, unfinished: string): Promise<BackedUpFile> {
  const path = join('pg_wal', name)
  const source = join(cluster, path)
  const target = join(unfinished, 'cluster', path)
  const isThere = await stat(source).then(
    () => holdsSegment(source, name),
    () => false,
  )
  if (isThere) {
    const copied = await copyFile(source, target)
    if (await holdsSegment(target, name)) return { path, ...copied }
  }
  throw systemError(
    'backup.log_gone',
    `${name} of the write-ahead log was removed during the backup because of heavy writes: take the backup at a quieter time`,
  )
}

async function copyOwn(data: DataFolder, home: string, unfinished: string): Promise<BackedUpFile[]> {
  const places = [
    { from: join(home, 'password'), name: 'password' },
    ...ownFiles.map((name) => ({ from: join(data.path, name), name })),
  ]
  const copied: BackedUpFile[] = []
  for (const { from, name } of places) {
    const path = join('own', name)
    if (name === 'seeded.json' && (await readFile(from).catch(() => undefined)) === undefined) continue
    copied.push({ path, ...(await copyFile(from, join(unfinished, path))) })
  }
  return copied
}

async function writeText(folder: string, path: string, text: string): Promise<BackedUpFile> {
  await writeFile(join(folder, path), text, { mode: 0o600, flush: true })
  const sha256 = createHash('sha256').update(text).digest('hex')
  return { path, sizeBytes: Buffer.byteLength(text), sha256 }
}

async function identify(server: pg.Client): Promise<{ postgresVersion: string; systemIdentifier: string }> {
  const { rows } = await server.query<{ version: string; identifier: string }>(`
    select current_setting('server_version') as version, system_identifier::text as identifier from pg_control_system()`)
  return { postgresVersion: rows[0]?.version ?? '', systemIdentifier: rows[0]?.identifier ?? '' }
}
