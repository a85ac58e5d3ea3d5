import type { System } from '@stoa/system/define-system'
import { isProduction } from '@stoa/supervisor/is-production'
import { startSystem, type RunningSystem, type UpOptions } from '@stoa/supervisor/supervisor'
import { lastingOutput } from './lasting-output.ts'
import { toned } from './output.ts'
import { supervisorLogOf } from './up-detached.ts'
import { summaryOf } from './summary.ts'

// The terminal sends Ctrl-C to npm and to us, and npm forwards it: both signals count as one.
const sameMs = 1_000

/** Runs a system until it is asked to stop. Returns the exit code. */
export async function upInForeground(
  options: Omit<UpOptions, 'signal' | 'onStopRequested' | 'onProgress' | 'onTrouble'>,
): Promise<number> {
  const startedAt = performance.now()
  const log = { path: supervisorLogOf(options.data) }
  const [say, note] = [lastingOutput(process.stdout, log), lastingOutput(process.stderr, log)]
  const told = Promise.withResolvers<void>()
  let firstAt: number | undefined
  const onSignal = () => {
    firstAt ??= performance.now()
    if (performance.now() - firstAt > sameMs) process.exit(1)
    told.resolve()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  const givingUp = new AbortController()
  const starting = startSystem({
    ...options,
    signal: givingUp.signal,
    onStopRequested: told.resolve,
    onProgress: note,
    onTrouble: note,
  })
  const first = await Promise.race([starting, told.promise])
  if (first === undefined) {
    say('Stopping before it was ready')
    givingUp.abort()
    // It may have become ready in the meantime.
    const late = await starting.catch(() => undefined)
    await late?.stop()
    return 130
  }
  const isDemonstration = !isProduction(options.environment)
  const { system } = options
  await announce(first, {
    say,
    tookMs: performance.now() - startedAt,
    hintsOf: isDemonstration ? system.hints : undefined,
  })
  await told.promise
  say('Stopping')
  await first.stop()
  say('Stopped')
  return 0
}

interface Start {
  readonly say: (line: string) => void
  readonly tookMs: number
  readonly hintsOf: System['hints'] | undefined
}

async function announce(system: RunningSystem, { say, tookMs, hintsOf }: Start): Promise<void> {
  for (const line of summaryOf(await system.ps(), system.ports, hintsOf)) say(line)
  say(toned('green', `Stoa is ready (${(tookMs / 1000).toFixed(1)} s)`))
  process.send?.({ isReady: true })
}
