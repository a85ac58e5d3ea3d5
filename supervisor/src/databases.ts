import { isAppError } from '@stoa/kernel'
import { enrolRoles, forgetService, logMigrations } from '@stoa/events'
import { databaseUrl, migrate, openDatabase, provision, type Database } from '@stoa/postgres'
import type { Deployment } from '@stoa/system/topology'
import { eventLogDatabase } from '@stoa/system/topology'
import { ownSpelling, type SystemSettings } from './environment.ts'
import { databaseOf, logOf } from './secrets.ts'
import { systemError } from '@stoa/system/system-errors'

const connectionsForOneUse = { readConnections: 1, writeConnections: 1, statementTimeoutMs: 60_000 } as const

/**
 * Creates missing databases of these services and of the event log, each with its own role, and migrates the log, because the roles of the
 * services cannot.
 */
export async function provisionDatabases(deployments: readonly Deployment[], settings: SystemSettings): Promise<void> {
  const names = databaseNames(deployments, settings)
  try {
    await provision(settings.adminUrl, {
      databases: names.map((name) => databaseOf(name, settings.secrets)),
      roles: deployments.map(({ name }) => logOf(name, settings.secrets)),
    })
    await prepareLog(deployments, settings)
  } catch (cause) {
    if (!isAppError(cause, 'database.unavailable')) throw cause
    throw systemError(
      'system.no_database',
      `the database server at ${new URL(settings.adminUrl).host} does not respond, or rejects the account: ` +
        'start it, correct DATABASE_URL, or unset DATABASE_URL to use the embedded server',
      { cause },
    )
  }
}

/** The schema of the event log and the services' roles in it; one of the user's own is brought up by the services. */
async function prepareLog(deployments: readonly Deployment[], settings: SystemSettings): Promise<void> {
  if (settings.environment['LOG_DATABASE_URL']) return
  const url = databaseUrlOf(eventLogDatabase, settings)
  await migrate(url, [logMigrations])
  const roles = deployments.map(({ name }) => ({ role: logOf(name, settings.secrets).role, service: name }))
  await withDatabaseAt(url, (database) => enrolRoles(database, roles))
}

/** The URL of a service's database, or of the event log: ours, or the user's own. */
export function databaseUrlOf(name: string, { adminUrl, secrets, environment }: SystemSettings): string {
  const given = environment[name === eventLogDatabase ? 'LOG_DATABASE_URL' : ownSpelling(name, 'DATABASE_URL')]
  return given || databaseUrl(adminUrl, databaseOf(name, secrets))
}

/** Empties the databases: the schema `public` with all that is in it, and nothing else (auth keeps its signing keys). */
export async function emptyDatabases(deployments: readonly Deployment[], settings: SystemSettings): Promise<void> {
  for (const name of [...withDatabase(deployments), eventLogDatabase])
    await emptyDatabase(databaseUrlOf(name, settings))
  await prepareLog(deployments, settings)
}

/**
 * Empties the databases of these services in the same way, but keeps the event log: they follow it again from its start, so
 * that their read copies come back.
 */
export async function emptyDatabasesOf(some: readonly Deployment[], settings: SystemSettings): Promise<void> {
  for (const name of withDatabase(some)) {
    // In this order: interrupted in between, the service consumes again what it has, which its inbox absorbs; the other way
    // round its read copies would stay empty.
    await withDatabaseAt(databaseUrlOf(eventLogDatabase, settings), (log) => forgetService(log, name))
    await emptyDatabase(databaseUrlOf(name, settings))
  }
}

async function emptyDatabase(url: string): Promise<void> {
  await withDatabaseAt(url, ({ transaction }) =>
    transaction(async ({ sql }) => {
      await sql`drop schema public cascade`
      await sql`create schema public`
    }),
  )
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
