import { auditMigrations } from '@stoa/audit'
import { blobsMigrations } from '@stoa/blobs'
import { eventsMigrations, logMigrations } from '@stoa/events'
import { flagsMigrations } from '@stoa/flags'
import { httpMigrations } from '@stoa/http'
import { migrate, readMigrations, type MigrationSet } from '@stoa/postgres'
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

/** Migrates the database of a service, and that of the event log if it is set. */
export async function migrateService(definition: DefinedService, config: ServiceConfig): Promise<void> {
  await migrate(config.databaseUrl, await migrationsOf(definition))
  if (config.logDatabaseUrl !== undefined) await migrate(config.logDatabaseUrl, [logMigrations])
}
