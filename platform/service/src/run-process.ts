import { ConfigError, type Environment } from '@stoa/config'
import { isAppError, StartError } from '@stoa/kernel'
import { fileDestination, releaseStartMemory, type LogDestination, type Telemetry } from '@stoa/telemetry'
import { packedServices, processEnvironment } from './config.ts'

/** Something that runs until it is stopped. */
export interface Runnable {
  readonly telemetry: Telemetry
  readonly stop: () => Promise<void>
}

/** What a process provides to a service that runs in it. */
export interface ProcessContext {
  readonly env: Environment
  /** Standard output, shared by all services of the process; it outlives them. */
  readonly logDestination: LogDestination
}

// A process has one standard output and one stop signal, regardless of the number of its services.
const logDestination = fileDestination()
const running = new Map<string, Runnable>()

/**
 * Runs a service in this process, alone or with others: reads settings from the environment, and runs until
 * SIGTERM, SIGINT, or the loss of the IPC channel to the supervisor. A failed start prints one message on standard error and exits with 1.
 */
export async function runProcess(name: string, start: (context: ProcessContext) => Promise<Runnable>): Promise<void> {
  try {
    const runnable = await start({ env: processEnvironment(name), logDestination })
    running.set(name, runnable)
    if (running.size > 1) return
    stopWhenTold()
    releaseStartMemory()
  } catch (error) {
    process.stderr.write(`${startFailure(name, error)}\n`)
    process.exit(1)
  }
}

/** Does something in this process with its settings and ends it; a failure prints one message on standard error and exits with 1. */
export async function endAfter(name: string, run: (env: Environment) => Promise<void>): Promise<void> {
  try {
    await run(processEnvironment(name))
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${startFailure(name, error)}\n`)
    process.exit(1)
  }
}

function startFailure(name: string, error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (isAppError(error) || error instanceof StartError) return `${name} cannot start: ${error.message}`
  return `${name} cannot start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

function stopWhenTold(): void {
  let isStopping = false
  const onTold = () => {
    if (isStopping) return
    isStopping = true
    void stopAll().then((isClean) => process.exit(isClean ? 0 : 1))
  }
  process.on('SIGTERM', onTold)
  process.on('SIGINT', onTold)
  process.on('disconnect', onTold)
  if (process.channel !== undefined && !process.connected) onTold()
}

async function stopAll(): Promise<boolean> {
  // The first packed service stops last, because the others need it.
  const [last] = packedServices()
  const stopped = await Promise.all([...running.keys()].filter((name) => name !== last).map(stop))
  if (last !== undefined) stopped.push(await stop(last))
  return stopped.every(Boolean)
}

async function stop(name: string): Promise<boolean> {
  const runnable = running.get(name)
  try {
    await runnable?.stop()
    return true
  } catch (error) {
    runnable?.telemetry.logger.error('stopping failed', { error })
    return false
  }
}
