import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Environment } from '@stoa/config'
import { migrateFrom, type DefinedService } from '@stoa/service'
import { root } from './root.ts'
import { systemError } from './system-errors.ts'
import type { Deployment } from './topology.ts'

/** The processes of these names that have a database, or all of them. @throws AppError `system.unknown_service` */
export function migratedAmong(deployments: readonly Deployment[], names: readonly string[]): readonly Deployment[] {
  const all = deployments.filter(({ hasDatabase }) => hasDatabase)
  const unknown = names.find((name) => !all.some((each) => each.name === name))
  if (unknown !== undefined)
    throw systemError(
      'system.unknown_service',
      `there is no service ${unknown} with a database: they are ${all.map(({ name }) => name).join(', ')}`,
    )
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
}

/** How the databases of a service are migrated: from which settings, and whether they are only compared. */
interface MigrateOptions {
  readonly environment: Environment
  readonly isCheck: boolean
}

/**
 * Migrates the databases of a service with the migrations of this source tree, as its process does with `--migrate`.
 * @throws ConfigError, StartError
 */
export async function migrateDeployment(deployment: Deployment, { environment, isCheck }: MigrateOptions) {
  return migrateFrom(await definitionOf(deployment), environment, { isCheck })
}

/** The service that a process runs, from its `service.ts`. */
async function definitionOf({ name, folder }: Deployment): Promise<DefinedService> {
  const exported = (await import(pathToFileURL(join(root, folder, 'src/service.ts')).href)) as Record<string, unknown>
  const found = Object.values(exported).find(isDefinition)
  if (found === undefined) throw new Error(`${folder}/src/service.ts does not export the service ${name}`)
  return found
}

function isDefinition(value: unknown): value is DefinedService {
  return typeof value === 'object' && value !== null && 'contract' in value && 'migrations' in value
}
