import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { StartError } from '@stoa/kernel'
import { sqlState } from './errors.ts'
import { quoteLiteral } from './fragment.ts'
import { silentLog, type DatabaseLog } from './log.ts'
import { openSession, type Session } from './session.ts'

/** One step of a schema: plain SQL, run once in a transaction of its own, never edited afterwards. */
export interface Migration {
  /** `NNNN-what-it-does`, without `.sql`. */
  readonly name: string
  readonly sql: string
}

/** Migrations numbered on their own: a service's, or those a platform package brings for its tables. */
export interface MigrationSet {
  readonly name: string
  readonly migrations: readonly Migration[]
}

export interface AppliedMigration {
  readonly set: string
  readonly name: string
}

interface Recorded extends AppliedMigration {
  readonly checksum: string
}

interface Pending extends Recorded {
  readonly sql: string
}

const fileName = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.sql$/
const lockName = 'stoa.migrate'
const lockPollMs = 50

const createTable = `
  create table if not exists public.schema_migrations (
    set text not null,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    primary key (set, name)
  )`

/** Reads the `NNNN-name.sql` files of a folder in their order. @throws Error for a misnamed file or a number used twice */
export async function readMigrations(directory: URL): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).toSorted()
  files.forEach((file, index) => {
    const number = fileName.exec(file)?.[1]
    if (number === undefined) throw new StartError(`migration ${file}: name it NNNN-what-it-does.sql, in lower case`)
    if (files[index - 1]?.startsWith(`${number}-`))
      throw new StartError(`migrations ${files[index - 1]} and ${file} share a number`)
  })
  const folder = directory.href.endsWith('/') ? directory : new URL(`${directory.href}/`)
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.sql'.length),
      sql: await readFile(new URL(file, folder), 'utf8'),
    })),
  )
}

/**
 * Brings a database up to its migrations, set after set, and answers those applied now. Replicas that start together
 * wait for each other; what is applied is found without a lock. A newer schema than these files is left alone, so that
 * an older replica can run beside a newer one.
 * @throws Error when a migration was changed after it was applied, comes too late in its set, or fails (rolled back)
 */
export async function migrate(
  target: string | Session,
  sets: readonly MigrationSet[],
  { log = silentLog }: { log?: DatabaseLog } = {},
): Promise<AppliedMigration[]> {
  if (typeof target !== 'string') return migrateWith(target, sets, log)
  const session = await openSession({
    url: target,
    applicationName: 'stoa-migrate',
    statementTimeoutMs: 0,
    connectTimeoutMs: 5_000,
    isReadOnly: false,
  })
  try {
    return await migrateWith(session, sets, log)
  } finally {
    await session.close()
  }
}

async function migrateWith(
  session: Session,
  sets: readonly MigrationSet[],
  log: DatabaseLog,
): Promise<AppliedMigration[]> {
  if (pendingOf(sets, await readRecorded(session)).length === 0) return []
  while (!(await session.tryLock(lockName))) await delay(lockPollMs)
  try {
    await session.script(createTable)
    const pending = pendingOf(sets, await readRecorded(session))
    for (const migration of pending) {
      await apply(session, migration)
      log.info({ set: migration.set, migration: migration.name }, 'migration applied')
    }
    return pending.map(({ set, name }) => ({ set, name }))
  } finally {
    await session.unlock(lockName).catch(() => {})
  }
}

async function readRecorded(session: Session): Promise<Recorded[]> {
  try {
    return await session.sql<Recorded>`select set, name, checksum from public.schema_migrations order by set, name`
  } catch (error) {
    if (sqlState(error) === '42P01') return []
    throw error
  }
}

function checksumOf(sql: string): string {
  // A checkout with other line ends is the same migration.
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')
}

function pendingOf(sets: readonly MigrationSet[], recorded: readonly Recorded[]): Pending[] {
  return sets.flatMap(({ name: set, migrations }) => {
    const applied = new Map(recorded.filter((row) => row.set === set).map((row) => [row.name, row.checksum]))
    const known = new Set(migrations.map(({ name }) => name))
    const newest = migrations.findLast(({ name }) => applied.has(name))?.name ?? ''
    // A number above that of the last file belongs to a newer release beside this one.
    const last = numberOf(migrations.at(-1)?.name ?? '')
    for (const name of applied.keys()) {
      if (!known.has(name) && numberOf(name) <= last)
        throw new StartError(`migration ${set}/${name} was applied and its file is missing: restore it`)
    }
    return migrations.flatMap(({ name, sql }) => {
      const checksum = checksumOf(sql)
      const before = applied.get(name)
      if (before === checksum) return []
      if (before !== undefined) {
        throw new StartError(
          `migration ${set}/${name} was changed after it was applied: restore it, and write the change as a new one`,
        )
      }
      if (name < newest)
        throw new StartError(
          `migration ${set}/${name} comes after ${newest}, which is applied: give it a higher number`,
        )
      return [{ set, name, sql, checksum }]
    })
  })
}

function numberOf(name: string): string {
  return name.split('-', 1)[0]!
}

async function apply(session: Session, { set, name, sql, checksum }: Pending): Promise<void> {
  const row = [set, name, checksum].map(quoteLiteral).join(', ')
  try {
    await session.script('begin; set local statement_timeout = 0')
    await session.script(sql)
    const tag = await session.script(
      `insert into public.schema_migrations (set, name, checksum) values (${row}); commit`,
    )
    if (tag !== 'COMMIT') throw new Error('its transaction was not committed')
  } catch (error) {
    await session.script('rollback').catch(() => {})
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartError(`migration ${set}/${name} failed${lineOf(error, sql)}: ${reason}`, { cause: error })
  }
}

function lineOf(error: unknown, sql: string): string {
  const position = Number((error as { position?: unknown } | null)?.position)
  return position > 0 ? ` at line ${sql.slice(0, position).split('\n').length}` : ''
}
