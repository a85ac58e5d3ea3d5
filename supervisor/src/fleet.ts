import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Deployment } from '@stoa/system/topology'
import type { Bundle } from './bundle.ts'
import type { ProcessRow } from './control.ts'
import type { SystemSettings } from './environment.ts'
import { makeKeeper, type Keeper, type KeeperEvent } from './keeper.ts'
import { lastErrorOf } from './last-error.ts'
import { watchLogs } from './log-watch.ts'
import { recordProcesses } from './processes.ts'
import { programsOf, type FleetProgram } from './programs.ts'
import { isReady } from './readiness.ts'
import { deregisterDead, untilListed, type Listing, type RegistryAddress } from './registry-notice.ts'
import { untilReady } from './until-ready.ts'
import { systemError } from '@stoa/system/system-errors'

/** The processes of all services. */
export interface Fleet {
  /**
   * Starts what is stopped and waits until all are ready, and then for what else belongs to the start: until that is over
   * services may warn that they wait for each other, which is of no interest.
   * @throws AppError with what a service that cannot start said
   */
  readonly start: (afterwards: () => Promise<void>, signal?: AbortSignal) => Promise<void>
  readonly stop: () => Promise<void>
  /**
   * Stops these services or replicas (all, when none is named) and waits until they are ready again; one replica of a
   * service after the other, so that the others answer.
   */
  readonly restart: (names: readonly string[]) => Promise<void>
  /** The processes that run one of these files, or whose failed start a change of one of them may fix. */
  readonly usersOf: (files: readonly string[]) => readonly string[]
  /** Returns the current state of each. */
  readonly rows: () => Promise<ProcessRow[]>
  /** Lets go of the logs; after `stop`. */
  readonly close: () => void
}

interface FleetOptions {
  readonly services: readonly Deployment[]
  readonly settings: SystemSettings
  readonly bundle: Bundle
  /** All services in one process. */
  readonly isPacked: boolean
  readonly onTrouble: (text: string) => void
}

type FleetKeeper = Keeper<FleetProgram>

/** A process busy for a moment, such as a packed one under load, is not unhealthy; one that hangs is. */
const askTimeoutMs = 2_000
/** While all start at once, an answer that comes late still says that a service is ready. */
const startAskTimeoutMs = 5_000
const lookMs = 500
const rotateMs = 10_000

/** Makes the processes of these services, none of them started. */
export function makeFleet({ services, onTrouble, ...options }: FleetOptions): Fleet {
  const { settings } = options
  const registry = registryOf(settings)
  const keepers = programsOf(services, options).map((program) =>
    makeKeeper(program, {
      isReady: (port) => isReady(port, startAskTimeoutMs),
      onEvent: (event) => void onEvent(program, event),
    }),
  )
  const logs = watchLogs(keepers, onTrouble)
  const record = () =>
    recordProcesses(settings.data, keepers).catch((error: unknown) =>
      onTrouble(`the list of processes could not be written: ${String(error)}`),
    )
  const loaded = new Map<string, Set<string>>()
  const lastErrors = new Map<string, string>()
  const onEvent = async (program: FleetProgram, event: KeeperEvent) => {
    if (event.kind === 'loaded') {
      loaded.set(program.name, (loaded.get(program.name) ?? new Set()).add(fileURLToPath(event.url)))
      return
    }
    if (event.kind === 'died') {
      const lines = keepers.filter((keeper) => keeper.program === program).flatMap(logs.takeLast)
      lastErrors.set(program.name, lastErrorOf(lines) ?? `it exited (${event.how})`)
      if (!logs.isQuiet()) onTrouble(obituary(program, event))
    } else await record()
    // Also of those that have died with an earlier supervisor, or while it was unavailable.
    if (event.kind === 'died' || (event.kind === 'ready' && hasRegistry({ program }))) await deregisterDead(registry)
  }
  const look = setInterval(logs.look, lookMs).unref()
  const rotateAll = () => keepers.forEach(({ log, pid }) => void log.rotate(pid).catch(() => {}))
  const rotate = setInterval(rotateAll, rotateMs).unref()
  const start = (some: readonly FleetKeeper[], afterwards?: () => Promise<void>, signal?: AbortSignal) =>
    logs.quietly(async () => {
      for (const keeper of some) if (keeper.state === 'stopped') keeper.start()
      await untilReady(some, logs, signal)
      await untilListed(registry, some.flatMap(listedOf))
      await record()
      await afterwards?.()
    })
  return {
    start: (afterwards, signal) => start(keepers, afterwards, signal),
    async stop() {
      // The registry last: the others leave it.
      await stopAll(keepers.filter((keeper) => !isRegistry(keeper)))
      await stopAll(keepers.filter(isRegistry))
      logs.look()
    },
    restart: (names) => restartInRounds(chosenOf(keepers, names), start),
    usersOf: (files) =>
      keepers
        .filter((keeper) => isUserOf(keeper, loaded.get(keeper.program.name), files))
        .map(({ program }) => program.name),
    rows: async () =>
      (await Promise.all(keepers.map((keeper) => rowsOf(keeper, lastErrors.get(keeper.program.name))))).flat(),
    close() {
      for (const timer of [look, rotate]) clearInterval(timer)
      for (const { log } of keepers) log.close()
    },
  }
}

/** What is not ready may be waiting for just this file; migrations are read, not loaded. */
function isUserOf({ program, state }: FleetKeeper, loaded: ReadonlySet<string> | undefined, files: readonly string[]) {
  const migrations = resolve(program.entry, '../../migrations')
  return files.some((file) => state !== 'ready' || loaded?.has(file) === true || dirname(file) === migrations)
}

async function stopAll(keepers: readonly FleetKeeper[]): Promise<void> {
  await Promise.all(keepers.map((keeper) => keeper.stop()))
}

/** Restarts one replica of each service at a time; callers know the new replica before the next one stops. */
async function restartInRounds(
  keepers: readonly FleetKeeper[],
  start: (keepers: readonly FleetKeeper[]) => Promise<void>,
): Promise<void> {
  const services = [...Map.groupBy(keepers, ({ program }) => program.members[0]?.service).values()]
  const rounds = Math.max(...services.map(({ length }) => length))
  for (let round = 0; round < rounds; round++) {
    const some = services.flatMap((replicas) => replicas[round] ?? [])
    await stopAll(some)
    await start(some)
  }
}

function listedOf({ program, pid }: FleetKeeper): Listing[] {
  const members = program.members.filter(({ isListed }) => isListed)
  return pid === undefined ? [] : members.map(({ service }) => ({ service, pid }))
}

function hasRegistry({ program }: Pick<FleetKeeper, 'program'>): boolean {
  return program.members.some(({ service }) => service === 'registry')
}

function isRegistry({ program }: FleetKeeper): boolean {
  return program.name === 'registry'
}

function obituary({ name }: FleetProgram, { pid, how, retryAfterMs }: KeeperEvent & { kind: 'died' }): string {
  return `${name} (pid ${pid}) exited (${how}); it is restarted in ${(retryAfterMs / 1000).toFixed(1)} s`
}

function registryOf({ ports, secrets, environment }: SystemSettings): RegistryAddress {
  return {
    url: environment['REGISTRY_URL'] || `http://127.0.0.1:${ports.get('registry') ?? 0}`,
    token: environment['REGISTRY_TOKEN'] || secrets.registryToken,
  }
}

/** Those that have one of these services or replicas; all, when none is named. @throws AppError */
function chosenOf(keepers: readonly FleetKeeper[], names: readonly string[]): readonly FleetKeeper[] {
  if (names.length === 0) return keepers
  const members = keepers.flatMap(({ program }) => program.members)
  const unknown = names.find((name) => !members.some(({ service, instance }) => name === service || name === instance))
  if (unknown !== undefined) {
    const known = [...new Set(members.map(({ service }) => service))].join(', ')
    throw systemError('system.unknown_service', `no service ${unknown} is running here; running services: ${known}`)
  }
  return keepers.filter(({ program }) =>
    program.members.some(({ service, instance }) => names.includes(service) || names.includes(instance)),
  )
}

function rowsOf({ program, pid, state, failedStarts }: FleetKeeper, error = ''): Promise<ProcessRow[]> {
  const failing = failedStarts === 0 ? {} : { failing: { starts: failedStarts, error } }
  return Promise.all(
    program.members.map(async ({ service, instance, port }) => {
      const isUnwell = state === 'ready' ? !(await isReady(port, askTimeoutMs)) : failedStarts > 0
      return { service, instance, pid: pid ?? null, port, state: isUnwell ? 'unhealthy' : state, ...failing }
    }),
  )
}
