import { ConfigError } from '@stoa/config'
import { isAppError } from '@stoa/kernel'
import type { AccessTable } from '@stoa/security'
import { processEnvironment } from './config.ts'
import type { DefinedService } from './define-service.ts'
import type { ServiceConfig } from './service-config.ts'
import { startService, type RunningService } from './start-service.ts'

interface RunOptions {
  /** Which permissions roles and scopes stand for. */
  readonly access: AccessTable
}

/**
 * Runs a service as this process: settings from the environment, until SIGTERM or SIGINT. What stops the start is said
 * in one plain message on standard error, with exit code 1.
 */
export async function runService(definition: DefinedService<ServiceConfig>, { access }: RunOptions): Promise<void> {
  try {
    const config = definition.config.parse(processEnvironment())
    const running = await startService(definition, { config, access })
    stopOnSignals(running)
  } catch (error) {
    process.stderr.write(`${startFailure(definition.contract.name, error)}\n`)
    process.exitCode = 1
    process.exit()
  }
}

function startFailure(service: string, error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (isAppError(error)) return `${service} can not start: ${error.message}`
  return `${service} can not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

function stopOnSignals(running: RunningService): void {
  let isStopping = false
  const stop = () => {
    if (isStopping) return
    isStopping = true
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        running.telemetry.logger.error('the stop has failed', { error })
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
