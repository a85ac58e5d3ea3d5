import { ConfigError, type Environment } from '@stoa/config'
import { isAppError } from '@stoa/kernel'
import type { Telemetry } from '@stoa/telemetry'
import { processEnvironment } from './config.ts'

/** Something that runs until it is stopped. */
export interface Runnable {
  readonly telemetry: Telemetry
  readonly stop: () => Promise<void>
}

/**
 * Runs something as this process: settings from the environment, until SIGTERM, SIGINT, or whoever supervises it over an
 * IPC channel is gone. What stops the start is said in one plain message on standard error, with exit code 1.
 */
export async function runProcess(name: string, start: (env: Environment) => Promise<Runnable>): Promise<void> {
  try {
    stopWhenTold(await start(processEnvironment()))
  } catch (error) {
    process.stderr.write(`${startFailure(name, error)}\n`)
    process.exit(1)
  }
}

function startFailure(name: string, error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (isAppError(error)) return `${name} can not start: ${error.message}`
  return `${name} can not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

function stopWhenTold({ stop, telemetry }: Runnable): void {
  let isStopping = false
  const onTold = () => {
    if (isStopping) return
    isStopping = true
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        telemetry.logger.error('the stop has failed', { error })
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onTold)
  process.on('SIGINT', onTold)
  process.on('disconnect', onTold)
  if (process.channel !== undefined && !process.connected) onTold()
}
