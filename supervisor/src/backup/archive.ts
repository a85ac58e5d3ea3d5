import { chown, readdir, rm, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { AppError } from '@stoa/kernel'
import type pg from 'pg'
import { makeFolder } from '../make-folder.ts'
import { canReach, type Account } from '../postgres/account.ts'
import type { Settings } from '../postgres/cluster.ts'
import { prepareLocation } from '../postgres/location.ts'
import { readJson, writeJson, type DataFolder } from '../data-folder.ts'
import { systemError } from '@stoa/system/system-errors'

/** Where a system's write-ahead log is archived. */
export interface Archive {
  readonly folder: string
}

/** How often a segment that is not full is archived nonetheless: at most this much is lost with the disk; seconds. */
const archiveTimeoutSeconds = 60
const followTimeoutMs = 30_000
const pollMs = 50

/** The archive of a system, when it has one. */
export function readArchive(data: DataFolder): Promise<Archive | undefined> {
  return readJson<Archive>(data.archive)
}

/**
 * Has the write-ahead log archived from the next start on, in a folder of its own or beside the cluster.
 * @throws AppError `archive.bad_folder`
 */
export async function turnArchiveOn(data: DataFolder, wanted: string | undefined): Promise<Archive> {
  const { home, account } = await prepareLocation(data.postgres)
  const folder = requirePlain(wanted === undefined ? join(home, 'wal-archive') : resolve(wanted))
  await makeFolder(folder, 0o700)
  if ((await readdir(folder)).some((name) => !/^[0-9A-F]{8}/.test(name))) {
    throw systemError('archive.bad_folder', `${folder} contains other files: choose a new or empty folder`)
  }
  if (account !== undefined) {
    await chown(folder, account.uid, account.gid)
    if (!(await canReach(account, join(folder, 'segment')))) throw unreachable(folder, account)
  }
  await writeJson(data.archive, { folder } satisfies Archive)
  return { folder }
}

/**
 * An archive's folder as it may stand in a command: the server gives the command to a shell, and runs it in the cluster's
 * folder. @throws AppError `archive.bad_folder`
 */
export function requirePlain(folder: string): string {
  if (/^[\w/.,:@+ -]+$/.test(folder) && isAbsolute(folder)) return folder
  throw systemError(
    'archive.bad_folder',
    `the archive ${folder} contains shell characters, or is not an absolute path: choose another folder`,
  )
}

/**
 * Refuses an archive that a server which recovers would find nothing in, as that looks like the end of the log.
 * @throws AppError `archive.bad_folder`, `archive.not_there`
 */
export async function requireArchive(folder: string, account: Account | undefined, fix: string): Promise<void> {
  const info = await stat(requirePlain(folder)).catch(() => undefined)
  if (info?.isDirectory() !== true) {
    throw systemError('archive.not_there', `there is no archive in ${folder}: ${fix}`)
  }
  if (account !== undefined && !(await canReach(account, join(folder, 'segment')))) throw unreachable(folder, account)
}

function unreachable(folder: string, { name }: Account): AppError {
  return systemError(
    'archive.bad_folder',
    `the account ${name} that runs PostgreSQL cannot access ${folder}: choose another folder`,
  )
}

/** Archives no more from the next start on; what is archived stays. */
export async function turnArchiveOff(data: DataFolder): Promise<void> {
  await rm(data.archive, { force: true })
}

/** The server's settings with which it archives into a folder: whole, compressed segments, none written over. */
export function archiveSettings({ folder }: Archive): Settings {
  const target = `${requirePlain(folder)}/%f`
  const known = `test -f "${target}.gz" && gunzip -c "${target}.gz" | cmp -s - "%p"`
  // Under another name until it is whole, and on the disk before it has its own.
  const unfinished = `"${target}.unfinished"`
  const write = `gzip -1 -c "%p" > ${unfinished} && sync ${unfinished} && mv ${unfinished} "${target}.gz"`
  return {
    archive_mode: 'on',
    archive_command: quote(`(${known}) || (test ! -f "${target}.gz" && ${write})`),
    archive_timeout: quote(`${archiveTimeoutSeconds}s`),
  }
}

/**
 * The command with which a server that recovers fetches a segment from the first archive that has it whole. Where all
 * that have it are damaged it exits with 126, at which the server gives up; at 1 it takes the log to end there.
 */
export function restoreCommand(folders: readonly string[]): string {
  const sources = folders.map((folder) => `"${requirePlain(folder)}/%f.gz"`)
  const attempts = sources.map(
    (source) => `if test -f ${source}; then gunzip -c ${source} > "%p" && exit 0; status=126; fi; `,
  )
  return quote(`status=1; ${attempts.join('')}exit $status`)
}

/** Has all that is written up to now archived, and waits until it is. @throws AppError `archive.not_following` */
export async function archiveNow(server: pg.Client): Promise<void> {
  // At a boundary it names the segment before it, which is the last that has to be there.
  const { rows } = await server.query<{ name: string }>('select pg_walfile_name(pg_switch_wal()) as name')
  const wanted = rows[0]?.name ?? ''
  for (const giveUpAt = performance.now() + followTimeoutMs; performance.now() < giveUpAt; await delay(pollMs)) {
    const { rows: state } = await server.query<{ name: string | null }>(
      'select last_archived_wal as name from pg_stat_archiver',
    )
    if (wanted.slice(8) <= (state[0]?.name ?? '').slice(8, 24)) return
  }
  throw systemError(
    'archive.not_following',
    `${wanted} was not archived in ${followTimeoutMs / 1_000} s: check that archiving is on and the disk is not full with "npm run stoa -- archive status"`,
  )
}

/** Whether a running server archives, and since when it has failed to; times are RFC 3339. */
export interface ArchiveFollowing {
  readonly isOn: boolean
  readonly lastArchivedAt?: string
  readonly failingSince?: string
}

/** Asks the server how it gets on. */
export async function archiveFollowing(server: pg.Client): Promise<ArchiveFollowing> {
  const { rows } = await server.query<{ mode: string; archived: Date | null; failed: Date | null }>(`
    select current_setting('archive_mode') as mode, last_archived_time as archived,
      case when last_failed_time > coalesce(last_archived_time, '-infinity') then last_failed_time end as failed
    from pg_stat_archiver`)
  const { mode = 'off', archived = null, failed = null } = rows[0] ?? {}
  return {
    isOn: mode === 'on',
    ...(archived === null ? {} : { lastArchivedAt: archived.toISOString() }),
    ...(failed === null ? {} : { failingSince: failed.toISOString() }),
  }
}

/** How much an archive holds. */
export async function measureArchive({ folder }: Archive): Promise<{ segments: number; sizeBytes: number }> {
  const names = await archived(folder)
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return { segments: names.length, sizeBytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** Deletes segments that no backup from this segment on needs; returns their number. Timeline history files are kept. */
export async function pruneArchive({ folder }: Archive, firstNeeded: string): Promise<number> {
  // Within a timeline the names sort by time; the place in the log alone counts, whatever the timeline.
  const old = (await archived(folder)).filter(
    (name) => /^[0-9A-F]{24}/.test(name) && name.slice(8, 24) < firstNeeded.slice(8),
  )
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })))
  return old.length
}

async function archived(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.gz'))
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
