import { chown, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AppError, isAppError } from '@stoa/kernel'
import { configureCluster, type Settings } from '../postgres/cluster.ts'
import type { Location } from '../postgres/location.ts'
import { spawnPostmaster, stopPostmaster } from '../postgres/postmaster.ts'
import { freePort } from '../free-port.ts'
import { archiveSettings, restoreCommand, type Archive } from './archive.ts'
import { systemError } from '@stoa/system/system-errors'

interface Recovery {
  readonly location: Location
  /** A cluster copied while it ran, with its `backup_label`. */
  readonly folder: string
  /** The folders with further write-ahead log, in search order. */
  readonly sources: readonly string[]
  /** Where the cluster archives from now on: its new timeline has to be known there. */
  readonly archive: Archive | undefined
  readonly to: Temporal.Instant | 'latest' | undefined
  /** What is still to be done with the recovered server, on its port, before it is stopped. */
  readonly finish: (port: number) => Promise<void>
}

// A long log takes as long as it takes.
const recoveryTimeoutMs = 6 * 60 * 60 * 1_000
const stopTimeoutMs = 30_000

/** Rolls a copied cluster forward to a time, on a timeline of its own, and stops it again. @throws AppError `restore.time_not_reached`, `archive.damaged` */
export async function recover({ location, folder, sources, archive, to, finish }: Recovery): Promise<void> {
  const port = await freePort()
  await configureCluster(location, folder, {
    ...targetSettings(to),
    ...(archive === undefined ? {} : archiveSettings(archive)),
    restore_command: restoreCommand(sources),
    port,
  })
  const signal = join(folder, 'recovery.signal')
  await writeFile(signal, '', { mode: 0o600 })
  if (location.account !== undefined) await chown(signal, location.account.uid, location.account.gid)
  const logFile = join(location.home, 'restore.log')
  await rm(logFile, { force: true })
  try {
    // It accepts connections only after the recovery, because it is not a standby.
    const postmaster = await spawnPostmaster({ ...location, folder, logFile, password: '' }, port, {
      readyTimeoutMs: recoveryTimeoutMs,
    })
    try {
      await finish(port)
    } finally {
      await stopPostmaster(postmaster, stopTimeoutMs)
    }
  } catch (error) {
    throw isAppError(error) ? await explain(error, to, logFile) : error
  }
}

function targetSettings(to: Recovery['to']): Settings {
  const shared = { hot_standby: 'off' }
  if (to === 'latest') return shared
  if (to === undefined) return { ...shared, recovery_target: "'immediate'", recovery_target_action: "'promote'" }
  // Read before time zones are known, so that Z would not be understood.
  const time = to.toString({ smallestUnit: 'microsecond' }).replace('T', ' ').replace('Z', '+00')
  return { ...shared, recovery_target_time: `'${time}'`, recovery_target_action: "'promote'" }
}

async function explain(cause: AppError, to: Recovery['to'], logFile: string): Promise<AppError> {
  const log = await readFile(logFile, 'utf8').catch(() => '')
  const [, damaged] = /could not restore file "([^"]+)" from archive/.exec(log) ?? []
  if (damaged !== undefined) {
    return systemError(
      'archive.damaged',
      `the segment ${damaged} of the archived log cannot be read: replace it with an intact copy, name an archive ` +
        'that contains one with --archive, or restore to an earlier time',
      { cause },
    )
  }
  if (!/recovery ended before configured recovery target was reached/.test(log)) {
    return systemError('restore.not_recovered', `${cause.message}\n(the full output is in ${logFile})`, {
      cause,
    })
  }
  const [, last] = /last completed transaction was at log time ([^\n]+)/.exec(log) ?? []
  return systemError(
    'restore.time_not_reached',
    `the available log ends ${last === undefined ? 'with the backup' : `at ${last}`}, before ${String(to)}: ` +
      'restore to an earlier time or to "latest", or name the archive with the rest of the log with --archive',
    { cause },
  )
}
