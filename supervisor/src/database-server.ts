import { startPostgres, type EmbeddedPostgres } from './postgres/start-postgres.ts'
import { archiveSettings, readArchive } from './backup/archive.ts'
import { readJson, type DataFolder } from './data-folder.ts'
import { systemError } from '@stoa/system/system-errors'

/** The database server of a system: one of our own, or the one that DATABASE_URL names. */
export interface DatabaseServer {
  readonly adminUrl: string
  readonly embedded: EmbeddedPostgres | undefined
  readonly stop: (options?: { timeoutMs?: number }) => Promise<void>
}

interface ServerOptions {
  readonly data: DataFolder
  readonly port: number
  /** The administrator of a server that is there already. */
  readonly givenUrl: string | undefined
  readonly onWarning: (text: string) => void
}

/** Starts the embedded server, or takes the given one. */
export async function openDatabaseServer({ data, port, givenUrl, onWarning }: ServerOptions): Promise<DatabaseServer> {
  if (givenUrl !== undefined && givenUrl !== '') {
    if (!/^postgres(ql)?:\/\/\S+$/.test(givenUrl)) {
      throw systemError(
        'system.bad_setting',
        'DATABASE_URL is set to a value (not shown), expected a URL that starts with postgres://',
      )
    }
    return { adminUrl: givenUrl, embedded: undefined, stop: async () => {} }
  }
  const log = {
    info: () => {},
    warn: (fields: object, message: string) => onWarning(`PostgreSQL: ${message} ${JSON.stringify(fields)}`),
  }
  await requireNotRestoring(data)
  const archive = await readArchive(data)
  const settings = archive === undefined ? {} : archiveSettings(archive)
  const embedded = await startPostgres({ dataDir: data.postgres, port, settings, log })
  return { adminUrl: embedded.url, embedded, stop: embedded.stop }
}

async function requireNotRestoring(data: DataFolder): Promise<void> {
  const restoring = await readJson<{ backup: string }>(data.restoring)
  if (restoring === undefined) return
  throw systemError(
    'system.restore_cut_off',
    `a restore was interrupted: run it again with "npm run stoa -- restore ${restoring.backup} --yes"`,
  )
}
