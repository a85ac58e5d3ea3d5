import type { AppError } from '@stoa/kernel'
import type { Keeper } from './keeper.ts'
import type { FleetProgram } from './programs.ts'
import type { LogWatch } from './log-watch.ts'
import { systemError } from '@stoa/system/system-errors'

const readyTimeoutMs = 300_000
const pollMs = 20
/** A start that fails this often in a row before it was ever ready is given up; later ones are retried without limit. */
const hopelessFailures = 3

/** Waits until all these processes are ready. @throws AppError with what one that cannot start said */
export async function untilReady(
  keepers: readonly Keeper<FleetProgram>[],
  logs: LogWatch,
  signal?: AbortSignal,
): Promise<void> {
  const giveUpAt = performance.now() + readyTimeoutMs
  while (keepers.some(({ state }) => state !== 'ready')) {
    signal?.throwIfAborted()
    const hopeless = keepers.find(({ failures }) => failures >= hopelessFailures)
    if (hopeless !== undefined) {
      logs.look()
      throw startFailure(hopeless, logs.saidBy(hopeless))
    }
    if (performance.now() > giveUpAt) {
      const late = keepers.filter(({ state }) => state !== 'ready').flatMap(awaitedOf)
      throw systemError(
        'system.not_ready',
        `not ready after ${readyTimeoutMs / 1000} s: ${late.join(', ')}; see "npm run stoa -- logs ${late[0] ?? ''}"`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

/** The services of a process that have not become ready. */
function awaitedOf({ program: { members }, awaitedPorts }: Keeper<FleetProgram>): readonly string[] {
  return members.filter(({ port }) => awaitedPorts.includes(port)).map(({ instance }) => instance)
}

function startFailure({ program: { name }, log }: Keeper, said: readonly string[]): AppError {
  // The same at each attempt.
  const last = [...new Set(said)].slice(-12).join('\n').trim()
  const text = last.startsWith(name) ? last : `${name} cannot start: ${last === '' ? `its log is ${log.path}` : last}`
  return systemError('system.service_not_started', text)
}
