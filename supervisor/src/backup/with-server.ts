import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { superuser } from '../postgres/cluster.ts'
import { homeOf } from '../postgres/location.ts'
import { portOfRunning } from '../postgres/postmaster.ts'
import type { DataFolder } from '../data-folder.ts'
import { openDatabaseServer } from '../database-server.ts'
import { takeLock } from '../lock.ts'
import type { BackupSource } from './take-backup.ts'
import { systemError } from '@stoa/system/system-errors'

type Environment = Readonly<Record<string, string | undefined>>

interface ServerUse {
  readonly data: DataFolder
  readonly environment: Environment
  readonly onWarning: (text: string) => void
}

/**
 * Opens a superuser's session on the system's own database server: the one that runs, else one that is started for it.
 * @throws AppError `backup.not_ours`, `backup.nothing_there`
 */
export async function withServer<T>(
  { data, environment, onWarning }: ServerUse,
  use: (source: BackupSource) => Promise<T>,
): Promise<T> {
  requireOwnServer(environment)
  const home = await homeOf(data.postgres)
  const port = await portOfRunning(join(home, 'cluster'))
  if (port !== undefined) return useAt(data, home, port, use)
  if ((await stat(join(home, 'cluster')).catch(() => undefined)) === undefined) {
    throw systemError('backup.nothing_there', `${data.path} contains no database: run "npm start"`)
  }
  const lock = takeLock(data)
  try {
    const server = await openDatabaseServer({ data, port: 0, givenUrl: undefined, onWarning })
    try {
      return await useAt(data, home, server.embedded?.port ?? 0, use)
    } finally {
      await server.stop()
    }
  } finally {
    lock.release()
  }
}

/** The same with the server that runs; undefined when none does. */
export async function withRunningServer<T>(
  data: DataFolder,
  use: (source: BackupSource) => Promise<T>,
): Promise<T | undefined> {
  const home = await homeOf(data.postgres)
  const port = await portOfRunning(join(home, 'cluster'))
  return port === undefined ? undefined : useAt(data, home, port, use)
}

/** A server that DATABASE_URL names is not ours to copy. @throws AppError `backup.not_ours` */
export function requireOwnServer(environment: Environment): void {
  if (!environment['DATABASE_URL']) return
  throw systemError(
    'backup.not_ours',
    'the data is on the server of DATABASE_URL: back up and restore that server with its own tools, together with .stoa/secrets.json',
  )
}

async function useAt<T>(
  data: DataFolder,
  home: string,
  port: number,
  use: (source: BackupSource) => Promise<T>,
): Promise<T> {
  const password = (await readFile(join(home, 'password'), 'utf8')).trim()
  const server = new pg.Client({ host: '127.0.0.1', port, user: superuser, password, database: 'postgres' })
  await server.connect()
  try {
    return await use({ data, home, server })
  } finally {
    await server.end()
  }
}
