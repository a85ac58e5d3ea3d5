import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { StartError } from '@stoa/kernel'
import { applyMigration } from './apply-migration.ts'
import { sqlState } from './errors.ts'
import { silentLog, type DatabaseLog } from './log.ts'
import { pendingOf, type Recorded } from './migration-plan.ts'
import { openSession, type Session } from './session.ts'

/** One step of a schema: plain SQL, run once in a transaction of its own, or one index built concurrently; never edited afterwards. */
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

const fileName = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.sql$/
const lockName = 'stoa.migrate'
const lockPollMs = 50

const createTable = `
  create table if not exists public.schema_migrations (
    set text not null,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    contracts text,
    primary key (set, name)
  );
  alter table public.schema_migrations add column if not exists contracts text`

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
  return withSession(target, (session) => migrateWith(session, sets, log))
}

/** The migrations that a database lacks, in order; it is not changed. @throws StartError as `migrate` does */
export async function pendingMigrations(
  target: string | Session,
  sets: readonly MigrationSet[],
): Promise<AppliedMigration[]> {
  return withSession(target, async (session) => namesOf(pendingOf(sets, await readRecorded(session))))
}

async function withSession<T>(target: string | Session, use: (session: Session) => Promise<T>): Promise<T> {
  if (typeof target !== 'string') return use(target)
  const session = await openMigrating(target)
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}

// A wrong password, an unknown role and a missing database: faults of the URL, not of the code.
const faultsOfUrl = new Set(['28P01', '28000', '3D000'])

async function openMigrating(url: string): Promise<Session> {
  try {
    return await openSession({
      url,
      applicationName: 'stoa-migrate',
      statementTimeoutMs: 0,
      connectTimeoutMs: 5_000,
      isReadOnly: false,
    })
  } catch (error) {
    if (!(error instanceof Error) || !faultsOfUrl.has(sqlState(error) ?? '')) throw error
    throw new StartError(`the database refuses the connection: ${error.message}`, { cause: error })
  }
}

const namesOf = (migrations: readonly AppliedMigration[]) => migrations.map(({ set, name }) => ({ set, name }))

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
      await applyMigration(session, migration, log)
      log.info({ set: migration.set, migration: migration.name }, 'migration applied')
    }
    return namesOf(pending)
  } finally {
    await session.unlock(lockName).catch(() => {})
  }
}

async function readRecorded(session: Session): Promise<Recorded[]> {
  try {
    // A database that only earlier releases have migrated has no column `contracts`.
    return await session.sql<Recorded>`
      select set, name, checksum, to_jsonb(schema_migrations) ->> 'contracts' as contracts
      from public.schema_migrations order by set, name`
  } catch (error) {
    if (sqlState(error) === '42P01') return []
    throw error
  }
}
