import { createHash, randomBytes } from 'node:crypto'
import {
  databaseUrl,
  migrate,
  openDatabase,
  provision,
  type Database,
  type MigrationSet,
  type Session,
} from '@stoa/postgres'
import { inject } from 'vitest'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL of an administrator on the server of this test run. */
    databaseUrl: string
  }
}

export interface TestDatabaseOptions {
  readonly sets: readonly MigrationSet[]
  /** A part of the name of the database, for people who inspect the server. */
  readonly name?: string
}

/** A migrated database, owned by an ordinary role as in production. */
export interface TestDatabase {
  readonly url: string
  readonly database: Database
  /** Closes the connections and drops the database. */
  readonly close: () => Promise<void>
}

const role = 'stoa_test'

/**
 * Makes a database for one test file in a fraction of a second, as a copy of a template that is migrated once for each content
 * of the migration sets.
 */
export async function testDatabase({ sets, name = 'test' }: TestDatabaseOptions): Promise<TestDatabase> {
  const adminUrl = inject('databaseUrl')
  const copy = {
    name: `stoa_${name.replaceAll(/[^a-z0-9]/g, '_')}_${randomBytes(6).toString('hex')}`,
    role,
    password: passwordFor(adminUrl),
  }
  await asAdmin(adminUrl, async (session) => {
    const template = await ensureTemplate(session, adminUrl, sets)
    await session.script(`create database "${copy.name}" owner ${role} template "${template}"`)
  })
  const url = databaseUrl(adminUrl, copy)
  // Long enough that no timeout expires on a busy machine.
  const patient = { statementTimeoutMs: 30_000, connectTimeoutMs: 30_000, acquireTimeoutMs: 30_000 }
  const database = openDatabase({ url, applicationName: name, ...patient })
  return {
    url,
    database,
    async close() {
      await database.close()
      await asAdmin(adminUrl, (session) => session.script(`drop database if exists "${copy.name}" with (force)`))
    },
  }
}

/** The same for all workers of a run; on a permanent server, others cannot guess it. */
function passwordFor(adminUrl: string): string {
  return createHash('sha256').update(`test ${adminUrl}`).digest('hex')
}

async function asAdmin<T>(adminUrl: string, run: (session: Session) => Promise<T>): Promise<T> {
  const admin = openDatabase({ url: adminUrl, applicationName: 'stoa-test', statementTimeoutMs: 60_000 })
  const session = await admin.session()
  try {
    return await run(session)
  } finally {
    await session.close()
    await admin.close()
  }
}

async function ensureTemplate(session: Session, adminUrl: string, sets: readonly MigrationSet[]): Promise<string> {
  const template = `stoa_template_${createHash('sha256').update(JSON.stringify(sets)).digest('hex').slice(0, 16)}`
  if (await exists(session, template)) return template
  await session.lock('stoa.test-template')
  if (await exists(session, template)) return template
  const unfinished = { name: `${template}_unfinished`, role, password: passwordFor(adminUrl) }
  await session.script(`drop database if exists "${unfinished.name}" with (force)`)
  await provision(adminUrl, { databases: [unfinished] })
  await migrate(databaseUrl(adminUrl, unfinished), sets)
  // Renamed when it is complete, so that a database with the name of the template can always be copied.
  await session.script(`alter database "${unfinished.name}" rename to "${template}"`)
  return template
}

async function exists({ sql }: Session, name: string): Promise<boolean> {
  return (await sql`select 1 from pg_database where datname = ${name}`).length > 0
}
