import { lastPorts } from '@stoa/supervisor/last-ports'
import { readJson, type DataFolder } from '@stoa/supervisor/data-folder'
import pg from 'pg'
import { CommandFailed } from './arguments.ts'

/** The result of a statement; `count` is missing if the statement has no row count. */
export interface SqlResult {
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly command: string
  readonly count: number | undefined
}

/** A session in the database of a service. */
export interface SqlSession {
  /** Runs one statement in its own transaction. @throws CommandFailed with the message of PostgreSQL */
  readonly run: (statement: string) => Promise<SqlResult>
  readonly close: () => Promise<void>
}

/** Opens a session with the role of the service, on the database server of the system. @throws CommandFailed */
export async function openSql(
  folder: DataFolder,
  service: string,
  { mayWrite }: { readonly mayWrite: boolean },
): Promise<SqlSession> {
  const client = new pg.Client({ ...(await connectionOf(folder, service)), application_name: 'stoa-sql' })
  client.on('error', () => {})
  await client.connect().catch((error: Error) => {
    throw new CommandFailed(`the database of ${service} does not respond (${error.message}): run "npm start"`)
  })
  return {
    async run(statement) {
      try {
        if (!mayWrite) await client.query('begin transaction read only')
        // The extended protocol takes one statement at a time, so that none can end the transaction for the next.
        const { fields, rows, command, rowCount } = await client.query<Record<string, unknown>>({
          text: statement,
          queryMode: 'extended',
        } as pg.QueryConfig)
        return { columns: fields.map(({ name }) => name), rows, command, count: rowCount ?? undefined }
      } catch (error) {
        throw refusal(error)
      } finally {
        if (!mayWrite) await client.query('rollback')
      }
    },
    close: () => client.end(),
  }
}

/** Returns how the role that owns the database of a service, or `event_log`, connects to it. @throws CommandFailed */
export async function connectionOf(folder: DataFolder, service: string): Promise<pg.ClientConfig> {
  const secrets = await readJson<{ databasePasswords: Record<string, string> }>(folder.secrets)
  const passwords = secrets?.databasePasswords ?? {}
  const password = Object.hasOwn(passwords, service) ? passwords[service] : undefined
  if (password === undefined) {
    const names = Object.keys(passwords).join(', ')
    throw new CommandFailed(
      names === ''
        ? `nothing has been started in ${folder.path}: run "npm start"`
        : `${service} has no database; these services have one: ${names}`,
    )
  }
  const role = `stoa_${service}`
  const given = process.env['DATABASE_URL']
  const place = given ? new URL(given) : undefined
  const port = place === undefined ? (await lastPorts(folder)).get('postgres') : Number(place.port || 5_432)
  if (port === undefined || port === 0)
    throw new CommandFailed('the databases are on an external server: set DATABASE_URL as for the start')
  return { host: place?.hostname ?? '127.0.0.1', port, user: role, password, database: role }
}

function refusal(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  if (error.code === '25006') return new CommandFailed(`${error.message}: allow changes with --write`, error.code)
  if (/multiple commands/.test(error.message))
    return new CommandFailed('only one statement at a time is allowed: run the others separately', error.code)
  const position = error.position === undefined ? '' : ` at character ${error.position}`
  return new CommandFailed(
    `${error.message}${position}${error.hint === undefined ? '' : ` (${error.hint})`}`,
    error.code,
  )
}
