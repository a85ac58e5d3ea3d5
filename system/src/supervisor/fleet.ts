import { join } from 'node:path'
import { AppError } from '@stoa/kernel'
import type { Deployment } from '../topology.ts'
import type { Bundle } from './bundle.ts'
import type { ProcessRow } from './control.ts'
import { environmentOf, type SystemSettings } from './environment.ts'
import { makeKeeper, type Keeper, type KeeperEvent } from './keeper.ts'
import { formatLogLine, parseLogLine, type LogLine } from './log-line.ts'
import { recordProcesses } from './processes.ts'
import { isReady } from './readiness.ts'
import { tellOfTheDead, type RegistryAddress } from './registry-notice.ts'

/** The processes of all services. */
export interface Fleet {
  /**
   * Starts what is stopped and waits until all are ready, and then for what else belongs to the start: until that is over
   * services may warn that they wait for each other, which nobody need see.
   * @throws AppError with what a service that can't start said
   */
  readonly start: (afterwards: () => Promise<void>, signal?: AbortSignal) => Promise<void>
  readonly stop: () => Promise<void>
  /** Stops these (all, when none is named) and waits until they are ready again. */
  readonly restart: (services: readonly string[]) => Promise<void>
  /** The state of each, asked now. */
  readonly rows: () => Promise<ProcessRow[]>
  /** Lets go of the logs; after `stop`. */
  readonly close: () => void
}

interface FleetOptions {
  readonly services: readonly Deployment[]
  readonly settings: SystemSettings
  readonly bundle: Bundle
  readonly onTrouble: (text: string) => void
}

// Smaller than Node's own choice: a fifth less memory a process for hardly more work at the start.
const flags = ['--max-semi-space-size=4']
const readyTimeoutMs = 120_000
const askTimeoutMs = 250
const lookMs = 500
// With PostgreSQL's time everything is over within 5 s.
const servicesStopMs = 3_400
const registryStopMs = 500
const rotateMs = 10_000
const sameMs = 10_000
/** A start that fails this often in a row before it was ever ready is given up; later ones are tried for ever. */
const hopelessFailures = 3

/** Makes the processes of these services, none of them started. */
export function makeFleet({ services, settings, bundle, onTrouble }: FleetOptions): Fleet {
  const watch: Watch = { isStarting: false, said: new Map(), shownAt: new Map() }
  const keepers: Keeper[] = services.map((deployment) =>
    makeKeeper(programOf(deployment, settings, bundle), {
      isReady,
      onEvent: (event) => void onEvent(deployment.name, event),
    }),
  )
  const record = () =>
    recordProcesses(
      settings.data,
      keepers.flatMap(({ pid, program: { entry } }) => (pid === undefined ? [] : [{ pid, entry }])),
    ).catch((error: unknown) => onTrouble(`what runs could not be written down: ${String(error)}`))
  const onEvent = async (name: string, event: KeeperEvent) => {
    if (event.kind === 'died') {
      const seconds = (event.retryAfterMs / 1000).toFixed(1)
      if (!watch.isStarting)
        onTrouble(`${name} (pid ${event.pid}) has ended (${event.how}); it is started again in ${seconds} s`)
    } else await record()
    // Also of those that have died with an earlier supervisor, or while it was away.
    if (event.kind === 'died' || (event.kind === 'ready' && name === 'registry')) {
      await tellOfTheDead(registryOf(settings))
    }
  }
  const look = setInterval(() => readLogs(keepers, watch, onTrouble), lookMs).unref()
  const rotate = setInterval(() => keepers.forEach(({ log }) => void log.rotate().catch(() => {})), rotateMs).unref()
  const startAndWait = async (some: readonly Keeper[], afterwards?: () => Promise<void>, signal?: AbortSignal) => {
    watch.isStarting = true
    watch.said.clear()
    try {
      for (const keeper of some) if (keeper.state === 'stopped') keeper.start()
      await untilReady(some, watch.said, { look: () => readLogs(keepers, watch, onTrouble), signal })
      await record()
      await afterwards?.()
      readLogs(keepers, watch, onTrouble)
    } finally {
      watch.isStarting = false
    }
  }
  return {
    start: (afterwards, signal) => startAndWait(keepers, afterwards, signal),
    async stop() {
      // The registry last: the others leave it.
      await Promise.all(keepers.filter((keeper) => !isRegistry(keeper)).map((keeper) => keeper.stop(servicesStopMs)))
      await Promise.all(keepers.filter(isRegistry).map((keeper) => keeper.stop(registryStopMs)))
      readLogs(keepers, watch, onTrouble)
    },
    async restart(names) {
      const some = names.length === 0 ? keepers : names.map((name) => keeperOf(keepers, name))
      await Promise.all(some.map((keeper) => keeper.stop(servicesStopMs)))
      await startAndWait(some)
    },
    rows: () => Promise.all(keepers.map(rowOf)),
    close() {
      for (const timer of [look, rotate]) clearInterval(timer)
      for (const { log } of keepers) log.close()
    },
  }
}

function isRegistry({ program }: Keeper): boolean {
  return program.name === 'registry'
}

function programOf(deployment: Deployment, settings: SystemSettings, bundle: Bundle) {
  const { name, port } = deployment
  return {
    name,
    instance: `${name}-1`,
    port: settings.ports.get(name) ?? port,
    entry: bundle.entry(name),
    flags,
    environment: { ...environmentOf(deployment, settings), NODE_COMPILE_CACHE: bundle.compileCache },
    logPath: join(settings.data.logs, `${name}.log`),
  }
}

function registryOf({ ports, secrets, environment }: SystemSettings): RegistryAddress {
  return {
    url: environment['REGISTRY_URL'] || `http://127.0.0.1:${ports.get('registry') ?? 0}`,
    token: environment['REGISTRY_TOKEN'] || secrets.registryToken,
  }
}

function keeperOf(keepers: readonly Keeper[], name: string): Keeper {
  const found = keepers.find(({ program }) => program.name === name)
  if (found !== undefined) return found
  const known = keepers.map(({ program }) => program.name).join(', ')
  throw new AppError('not_found', 'system.unknown_service', `no service ${name} runs here: those that do are ${known}`)
}

interface Watch {
  isStarting: boolean
  /** What services wrote that is no log line, which is how a start that fails says why. */
  readonly said: Map<string, string[]>
  /** When a message of a service was last shown. */
  readonly shownAt: Map<string, number>
}

/** Shows warnings and errors; at the start, when services wait for each other, only what is kept for a failure. */
function readLogs(keepers: readonly Keeper[], watch: Watch, onTrouble: (text: string) => void): void {
  for (const { log, program } of keepers) {
    for (const text of log.read()) {
      const line = parseLogLine(text)
      if (line === undefined) watch.said.set(program.name, [...(watch.said.get(program.name) ?? []), text])
      else if (!watch.isStarting && (line.level === 'warn' || line.level === 'error' || line.level === 'fatal')) {
        if (isNews(watch, line)) onTrouble(formatLogLine(line))
      }
    }
  }
}

/** The same message again within a moment (each connection of a lost database) is left to the log. */
function isNews({ shownAt }: Watch, { service, message }: LogLine): boolean {
  const name = `${service} ${message}`
  const last = shownAt.get(name)
  const now = performance.now()
  if (last !== undefined && now - last < sameMs) return false
  shownAt.set(name, now)
  return true
}

async function untilReady(
  keepers: readonly Keeper[],
  said: Watch['said'],
  { look, signal }: { readonly look: () => void; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const giveUpAt = performance.now() + readyTimeoutMs
  while (keepers.some(({ state }) => state !== 'ready')) {
    signal?.throwIfAborted()
    const hopeless = keepers.find(({ failures }) => failures >= hopelessFailures)
    if (hopeless !== undefined) {
      look()
      throw startFailure(hopeless, said.get(hopeless.program.name) ?? [])
    }
    if (performance.now() > giveUpAt) {
      const late = keepers.filter(({ state }) => state !== 'ready').map(({ program }) => program.name)
      throw new AppError(
        'timeout',
        'system.not_ready',
        `not ready after ${readyTimeoutMs / 1000} s: ${late.join(', ')}; see "npm run stoa -- logs ${late[0] ?? ''}"`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function startFailure({ program: { name }, log }: Keeper, said: readonly string[]): AppError {
  // The same at each attempt.
  const last = [...new Set(said)].slice(-12).join('\n').trim()
  const text = last.startsWith(name) ? last : `${name} can not start: ${last === '' ? `its log is ${log.path}` : last}`
  return new AppError('unavailable', 'system.service_not_started', text)
}

async function rowOf({ program: { name, instance, port }, pid, state }: Keeper): Promise<ProcessRow> {
  const isUnwell = state === 'ready' && !(await isReady(port, askTimeoutMs))
  return { service: name, instance, pid: pid ?? null, port, state: isUnwell ? 'unhealthy' : state }
}
