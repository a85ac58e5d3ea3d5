import { AppError, isAppError } from '@stoa/kernel'
import { databaseUrl, openDatabase, provision, type Database } from '@stoa/postgres'
import type { Deployment } from '../topology.ts'
import { eventLogDatabase } from '../topology.ts'
import { ownSpelling, type SystemSettings } from './environment.ts'
import { databaseOf } from './secrets.ts'

const connectionsForOneUse = { readConnections: 1, writeConnections: 1, statementTimeoutMs: 60_000 } as const

/** The databases of these services and of the event log, made where they are missing; each with a role of its own. */
export async function provisionDatabases(deployments: readonly Deployment[], settings: SystemSettings): Promise<void> {
  const names = databaseNames(deployments, settings)
  try {
    await provision(settings.adminUrl, { databases: names.map((name) => databaseOf(name, settings.secrets)) })
  } catch (cause) {
    if (!isAppError(cause, 'database.unavailable')) throw cause
    throw new AppError(
      'unavailable',
      'system.no_database',
      `the database server at ${new URL(settings.adminUrl).host} does not answer or refuses the account: ` +
        'start it, correct DATABASE_URL, or leave it out to have one of our own',
      { cause },
    )
  }
}

/** The URL of a service's database, or of the event log: ours, or the user's own. */
export function databaseUrlOf(name: string, { adminUrl, secrets, environment }: SystemSettings): string {
  const given = environment[name === eventLogDatabase ? 'LOG_DATABASE_URL' : ownSpelling(name, 'DATABASE_URL')]
  return given || databaseUrl(adminUrl, databaseOf(name, secrets))
}

/** Empties the databases: the schema `public` with all that is in it, and nothing else (auth keeps its signing keys). */
export async function emptyDatabases(deployments: readonly Deployment[], settings: SystemSettings): Promise<void> {
  const names = [...withDatabase(deployments), eventLogDatabase]
  for (const name of names) {
    await withDatabaseAt(databaseUrlOf(name, settings), ({ transaction }) =>
      transaction(async ({ sql }) => {
        await sql`drop schema public cascade`
        await sql`create schema public`
      }),
    )
  }
}

/** How many events wait in the outboxes of these services; one without the table yet has none. */
export async function pendingEvents(deployments: readonly Deployment[], settings: SystemSettings): Promise<number> {
  const publishers = deployments.filter(({ contract }) => Object.keys(contract?.publishes ?? {}).length > 0)
  const counts = await Promise.all(
    publishers.map(({ name }) =>
      withDatabaseAt(databaseUrlOf(name, settings), async ({ read }) => {
        const [row] = await read.sql<{ count: number }>`select count(*) as count from outbox`
        return row?.count ?? 0
      }),
    ),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

async function withDatabaseAt<T>(url: string, use: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase({ url, applicationName: 'stoa-supervisor', ...connectionsForOneUse })
  try {
    return await use(database)
  } finally {
    await database.close()
  }
}

function databaseNames(deployments: readonly Deployment[], { environment }: SystemSettings): string[] {
  const own = withDatabase(deployments).filter((name) => !environment[ownSpelling(name, 'DATABASE_URL')])
  return environment['LOG_DATABASE_URL'] ? own : [...own, eventLogDatabase]
}

function withDatabase(deployments: readonly Deployment[]): string[] {
  return deployments.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name)
}
