import { defineConfig, serviceSettings, type Environment } from '@stoa/config'
import type { DefinedService } from './define-service.ts'
import { migrateService, pendingOfService } from './service-schema.ts'

/** What a migration needs; it runs without the other settings and secrets of its service. */
function databasesOf({ contract: { name, port } }: DefinedService, env: Environment) {
  const { DATABASE_URL, LOG_DATABASE_URL } = serviceSettings(name, port)
  // Other settings of the service may be set as well, which would count as misspelled.
  const known = Object.entries(env).filter(([variable]) => /(^|_)DATABASE_URL(_FILE)?$/.test(variable))
  return defineConfig(name, { DATABASE_URL, LOG_DATABASE_URL }).parse(Object.fromEntries(known))
}

/** What a migration found or did. */
export interface MigrationReport {
  /** As lines for people. */
  readonly lines: readonly string[]
  readonly isBehind: boolean
}

/**
 * Migrates the databases of a service that the environment names, or with `isCheck` only compares them with its migrations.
 * @throws ConfigError, StartError
 */
export async function migrateFrom(
  definition: DefinedService,
  env: Environment,
  { isCheck = false }: { readonly isCheck?: boolean } = {},
): Promise<MigrationReport> {
  const databases = databasesOf(definition, env)
  const { name } = definition.contract
  const found = await (isCheck ? pendingOfService : migrateService)(definition, databases)
  if (found.length === 0) return { lines: [`${name}: up to date`], isBehind: false }
  const what = isCheck ? 'lacks' : 'applied'
  return { lines: found.map((each) => `${name}: ${what} ${each.set}/${each.name}`), isBehind: isCheck }
}

/** Migrates the databases of a service and prints what was applied. @throws ConfigError, StartError */
export async function runMigration(definition: DefinedService, env: Environment): Promise<void> {
  const { lines } = await migrateFrom(definition, env)
  process.stdout.write(`${lines.join('\n')}\n`)
}
