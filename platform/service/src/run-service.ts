import { parseArgs } from 'node:util'
import type { Environment } from '@stoa/config'
import { StartError } from '@stoa/kernel'
import type { AccessTable } from '@stoa/security'
import type { DefinedService } from './define-service.ts'
import { runMigration } from './run-migration.ts'
import { endAfter, runProcess } from './run-process.ts'
import type { ServiceConfig } from './service-config.ts'
import { startService } from './start-service.ts'

interface RunOptions {
  /** The permissions of roles and scopes. */
  readonly access: AccessTable
}

/**
 * Runs a service as this process, as `runProcess` does; its arguments are `--role web`, `worker` or `all`. With `--migrate` it only
 * migrates its database, prints what it applied, and ends with 0, or with 1 if that failed.
 */
export async function runService(definition: DefinedService<ServiceConfig>, { access }: RunOptions): Promise<void> {
  const { name } = definition.contract
  if (process.argv.includes('--migrate')) return endAfter(name, (env) => runMigration(definition, env))
  await runProcess(name, ({ env, logDestination }) => {
    const config = definition.config.parse({ ...env, ...roleSetting(name, process.argv.slice(2)) })
    return startService(definition, { config, access, logDestination })
  })
}

/** The argument `--role` as the setting of this service, which takes precedence over those of the environment. */
function roleSetting(service: string, args: readonly string[]): Environment {
  const { role } = parseArguments(args)
  return role === undefined ? {} : { [`${service.toUpperCase().replaceAll('-', '_')}_ROLE`]: role }
}

function parseArguments(args: readonly string[]): { readonly role?: string | undefined } {
  try {
    return parseArgs({ args: [...args], options: { role: { type: 'string' } } }).values
  } catch (error) {
    throw new StartError(error instanceof Error ? error.message : String(error))
  }
}
