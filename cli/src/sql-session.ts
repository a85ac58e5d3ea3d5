import { lastPorts } from '@stoa/system/supervisor/last-ports'
import { readJson, type DataFolder } from '@stoa/system/supervisor/data-folder'
import pg from 'pg'
import { CommandFailed } from './arguments.ts'

/** What a statement came to; `count` is missing where nothing is counted. */
export interface SqlResult {
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly command: string
  readonly count: number | undefined
}

/** A session in a service's database. */
export interface SqlSession {
  /** One statement, in a transaction of its own. @throws CommandFailed with PostgreSQL's words */
  readonly run: (statement: string) => Promise<SqlResult>
  readonly close: () => Promise<void>
}

/** Opens a session as the service's own role, on the server that the system runs on. @throws CommandFailed */
export async function openSql(
  folder: DataFolder,
  service: string,
  { mayWrite }: { readonly mayWrite: boolean },
): Promise<SqlSession> {
  const client = new pg.Client({ ...(await connectionOf(folder, service)), application_name: 'stoa-sql' })
  client.on('error', () => {})
  await client.connect().catch((error: Error) => {
    throw new CommandFailed(`the database of ${service} does not answer (${error.message}): start with "npm start"`)
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

async function connectionOf(folder: DataFolder, service: string): Promise<pg.ClientConfig> {
  const secrets = await readJson<{ databasePasswords: Record<string, string> }>(folder.secrets)
  const passwords = secrets?.databasePasswords ?? {}
  const password = Object.hasOwn(passwords, service) ? passwords[service] : undefined
  if (password === undefined) {
    const names = Object.keys(passwords).join(', ')
    throw new CommandFailed(
      names === ''
        ? `nothing has been started on ${folder.path}: start with "npm start"`
        : `${service} has no database: those that have are ${names}`,
    )
  }
  const role = `stoa_${service}`
  const given = process.env['DATABASE_URL']
  const place = given ? new URL(given) : undefined
  const port = place === undefined ? (await lastPorts(folder)).get('postgres') : Number(place.port || 5_432)
  if (port === undefined || port === 0)
    throw new CommandFailed('the databases are on a server of your own: set DATABASE_URL as for the start')
  return { host: place?.hostname ?? '127.0.0.1', port, user: role, password, database: role }
}

function refusal(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  if (error.code === '25006')
    return new CommandFailed(`${error.message}: say that you mean it with --write`, error.code)
  if (/multiple commands/.test(error.message))
    return new CommandFailed('one statement at a time: run the others by themselves', error.code)
  const position = error.position === undefined ? '' : ` at character ${error.position}`
  return new CommandFailed(
    `${error.message}${position}${error.hint === undefined ? '' : ` (${error.hint})`}`,
    error.code,
  )
}
