import type { Deployment } from '@stoa/system/topology'
import type { Bundle } from './bundle.ts'
import { waitForReadCopies } from './catch-up.ts'
import type { ControlRequest, ProcessRow } from './control.ts'
import type { DatabaseServer } from './database-server.ts'
import type { SystemSettings } from './environment.ts'
import type { Fleet } from './fleet.ts'
import { checkNames, resetData } from './reset-data.ts'
import { noteSeeded, readSeedRecord, seedOnce } from './seeding.ts'
import { systemError } from '@stoa/system/system-errors'

/** Called with progress messages. */
type OnProgress = (progress: string) => void

/** What can be done with a system. */
export interface Commands {
  /** Seeds what is not, starts all services, and waits until they are ready and follow the seed. */
  readonly start: (onProgress: OnProgress) => Promise<void>
  readonly ps: () => Promise<ProcessRow[]>
  /** Restarts the services that run one of these saved files; reports the duration, or why a service cannot start. */
  readonly takeOver: (files: readonly string[], onProgress: OnProgress) => Promise<void>
  /** Carries out what came over the socket. */
  readonly carry: (request: ControlRequest, onProgress: OnProgress) => Promise<unknown>
}

interface Parts {
  readonly services: readonly Deployment[]
  readonly settings: SystemSettings
  readonly server: DatabaseServer
  readonly bundle: Bundle
  readonly fleet: Fleet
  /** Gives the first start up. */
  readonly signal: AbortSignal | undefined
}

/** The commands of a system whose database server runs; those that change something wait for each other. */
export function makeCommands({ services, settings, server, bundle, fleet, signal }: Parts): Commands {
  const oneAtATime = queue()
  const start = async (onProgress: OnProgress) => {
    onProgress('Loading the demonstration data where it is missing')
    await seedOnce(services, bundle, settings, { signal })
    signal?.throwIfAborted()
    onProgress(`Starting ${services.map(({ name }) => name).join(', ')}`)
    await fleet.start(() => followSeed({ services, settings, onProgress, signal: signal }), signal)
  }
  const ps = async (): Promise<ProcessRow[]> => [postgresRow(server), ...(await fleet.rows())]
  const reset = async (names: readonly string[], onProgress: OnProgress) => {
    checkNames(services, names)
    onProgress('Stopping the services')
    await fleet.stop()
    onProgress('Emptying the databases')
    await resetData(services, names, settings)
    await start(onProgress)
  }
  const seed = async (onProgress: OnProgress) => {
    await seedOnce(services, bundle, settings, { isForced: true })
    await followSeed({ services, settings, onProgress, signal: undefined })
  }
  const carry = async (request: ControlRequest, onProgress: OnProgress): Promise<unknown> => {
    switch (request.command) {
      case 'ps':
        return ps()
      case 'restart':
        return oneAtATime(() => fleet.restart(request.services))
      case 'seed':
        return oneAtATime(() => seed(onProgress))
      case 'reset':
        return oneAtATime(() => reset([], onProgress))
      // of a name of its own: an older supervisor would take it for a reset of everything
      case 'reset-services':
        return oneAtATime(() => reset(request.services, onProgress))
      default:
        throw systemError(
          'system.unknown_command',
          'this supervisor is older than the command: stop it and start it again',
        )
    }
  }
  const takeOver = (files: readonly string[], onProgress: OnProgress) => {
    const savedAt = performance.now()
    return oneAtATime(async () => {
      const names = fleet.usersOf(files)
      if (names.length === 0) return
      await fleet.restart(names)
      const seconds = ((performance.now() - savedAt) / 1_000).toFixed(2)
      onProgress(`${names.join(', ')} ready again after ${seconds} s`)
    }).catch((error: unknown) => onProgress(error instanceof Error ? error.message : String(error)))
  }
  return { ps, carry, takeOver, start: (onProgress: OnProgress) => oneAtATime(() => start(onProgress)) }
}

/** Runs what it is given one after the other: a reset while everything starts waits for that. */
function queue(): <T>(run: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (run) => {
    const next = last.then(run, run)
    last = next.catch(() => {})
    return next
  }
}

interface Following extends Pick<Parts, 'services' | 'settings'> {
  readonly onProgress: OnProgress
  readonly signal: AbortSignal | undefined
}

async function followSeed({ services, settings, onProgress, signal }: Following): Promise<void> {
  const record = await readSeedRecord(settings)
  if (record.isCaughtUp) return
  onProgress('Waiting until all read copies have caught up')
  await waitForReadCopies(services, settings, signal)
  await noteSeeded(settings, { ...record, isCaughtUp: true })
}

function postgresRow({ embedded, adminUrl }: DatabaseServer): ProcessRow {
  const port = embedded?.port ?? (Number(new URL(adminUrl).port) || 5432)
  const pid = embedded?.pid ?? null
  return {
    service: 'postgres',
    instance: 'postgres-1',
    pid,
    port,
    state: embedded !== undefined && pid === null ? 'starting' : 'ready',
  }
}
