import type { AccessTable } from '@stoa/security'
import type { DefinedService } from './define-service.ts'
import { runProcess } from './run-process.ts'
import type { ServiceConfig } from './service-config.ts'
import { startService } from './start-service.ts'

interface RunOptions {
  /** The permissions of roles and scopes. */
  readonly access: AccessTable
}

/** Runs a service as this process, as `runProcess` does. */
export async function runService(definition: DefinedService<ServiceConfig>, { access }: RunOptions): Promise<void> {
  await runProcess(definition.contract.name, ({ env, logDestination }) =>
    startService(definition, { config: definition.config.parse(env), access, logDestination }),
  )
}
