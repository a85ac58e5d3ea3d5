import { auditMigrations } from '@stoa/audit'
import { blobsMigrations } from '@stoa/blobs'
import { eventsMigrations, logMigrations } from '@stoa/events'
import { flagsMigrations } from '@stoa/flags'
import { httpMigrations } from '@stoa/http'
import { StartError } from '@stoa/kernel'
import { migrate, pendingMigrations, readMigrations, type AppliedMigration, type MigrationSet } from '@stoa/postgres'
import { rpcMigrations } from '@stoa/rpc'
import { sagaMigrations } from '@stoa/saga'
import { tasksMigrations } from '@stoa/tasks'
import { erasureMigrations } from './erased-subjects.ts'
import type { DefinedService } from './define-service.ts'
import type { ServiceConfig } from './service-config.ts'

/** The whole schema of a service's database: the platform's tables and its own. */
export async function migrationsOf({
  contract,
  migrations,
  config,
  migrationSets = [],
}: DefinedService): Promise<MigrationSet[]> {
  const own = { name: contract.name, migrations: await readMigrations(migrations) }
  const platform = [
    httpMigrations,
    rpcMigrations,
    eventsMigrations,
    tasksMigrations,
    sagaMigrations,
    erasureMigrations,
    auditMigrations,
  ]
  const isReloadable = Object.values(config.settings ?? {}).some((each) => each.isReloadable)
  const flags = Object.keys(contract.flags).length === 0 && !isReloadable ? [] : [flagsMigrations]
  const blobs = Object.keys(contract.blobs).length === 0 ? [] : [blobsMigrations]
  return [...platform, ...flags, ...blobs, ...migrationSets, own]
}

/** The databases of a service. */
type Databases = Pick<ServiceConfig, 'databaseUrl' | 'logDatabaseUrl'>

/**
 * Migrates the database of a service, and that of the event log if it is set; returns the migrations applied now. Any number of
 * processes may do so at once. @throws StartError when a migration fails or contradicts what is applied
 */
export async function migrateService(definition: DefinedService, databases: Databases): Promise<AppliedMigration[]> {
  const applied: AppliedMigration[] = []
  for (const { url, sets } of await schemasOf(definition, databases)) applied.push(...(await migrate(url, sets)))
  return applied
}

/** The migrations that the databases of a service lack. @throws StartError when what is applied contradicts this release */
export async function pendingOfService(definition: DefinedService, databases: Databases): Promise<AppliedMigration[]> {
  const pending: AppliedMigration[] = []
  for (const { url, sets } of await schemasOf(definition, databases))
    pending.push(...(await pendingMigrations(url, sets)))
  return pending
}

/** Migrates the databases of a service that starts or, where `MIGRATE` is `off`, requires that something else has. @throws StartError */
export async function prepareSchema(definition: DefinedService, config: ServiceConfig): Promise<void> {
  if (config.migrate === 'on') {
    await migrateService(definition, config)
    return
  }
  const [first, ...others] = await pendingOfService(definition, config)
  if (first === undefined) return
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  throw new StartError(
    `its database lacks the migration ${first.set}/${first.name}${more}, and MIGRATE is off: run "stoa migrate ${definition.contract.name}" or the migration job first`,
  )
}

async function schemasOf(definition: DefinedService, { databaseUrl, logDatabaseUrl }: Databases) {
  const own = { url: databaseUrl, sets: await migrationsOf(definition) }
  return logDatabaseUrl === undefined ? [own] : [own, { url: logDatabaseUrl, sets: [logMigrations] }]
}
