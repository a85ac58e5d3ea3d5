import { join } from 'node:path'
import { stopTimeMs } from '@stoa/config'
import type { Deployment } from '@stoa/system/topology'
import { allocatorSettings } from './allocator.ts'
import { packEntry, type Bundle } from './bundle.ts'
import { environmentOf, givenBy, ownSpelling, type SystemSettings } from './environment.ts'
import type { Program } from './keeper.ts'
import { packedName } from './read-logs.ts'
import { replicasOf, type Replica } from './replicas.ts'

/** A replica inside a process. */
export interface Member {
  readonly service: string
  /** `order-2`. */
  readonly instance: string
  readonly port: number
  /** Whether it registers; the gateway does not. */
  readonly isListed: boolean
}

/** A process of the fleet, and which replicas it runs. */
export interface FleetProgram extends Program {
  readonly members: readonly Member[]
}

// What the entries of a bundle begin with by themselves.
const sourceFlags = ['leash.ts', 'report-sources.ts'].map((file) => `--import=${new URL(file, import.meta.url).href}`)

interface ProgramOptions {
  readonly settings: SystemSettings
  readonly bundle: Bundle
  /** All in one process. */
  readonly isPacked: boolean
}

/** The processes that these services run as. */
export function programsOf(services: readonly Deployment[], options: ProgramOptions): readonly FleetProgram[] {
  const replicas = replicasOf(services)
  return options.isPacked ? [packedProgram(replicas, options)] : replicas.map((each) => programOf(each, options))
}

function programOf(replica: Replica, { settings, bundle }: ProgramOptions): FleetProgram {
  const { deployment, instance, key } = replica
  const { name, replicas } = deployment
  const member = memberOf(replica, settings)
  return {
    name: replicas === 1 ? name : instance,
    ports: [member.port],
    members: [member],
    entry: bundle.entry(name),
    flags: bundle.isSource ? sourceFlags : [],
    environment: {
      ...allocatorSettings,
      ...environmentOf(replica, settings),
      NODE_COMPILE_CACHE: bundle.compileCache,
    },
    logPath: join(settings.data.logs, `${key}.log`),
    stopTimeoutMs: stopTimeoutOf(replica, settings),
  }
}

function packedProgram(replicas: readonly Replica[], { settings, bundle }: ProgramOptions): FleetProgram {
  const members = replicas.map((replica) => memberOf(replica, settings))
  const given = givenBy(settings.environment)
  const own = replicas.map((replica) => [
    replica.deployment.name,
    settingsBeside(given, environmentOf(replica, settings)),
  ])
  return {
    name: packedName,
    ports: members.map(({ port }) => port),
    members,
    entry: bundle.entry(packEntry),
    flags: [],
    environment: {
      ...allocatorSettings,
      ...given,
      STOA_SYSTEM: settings.system,
      NODE_COMPILE_CACHE: bundle.compileCache,
      PACKED_SETTINGS: JSON.stringify(Object.fromEntries(own)),
    },
    logPath: join(settings.data.logs, `${packedName}.log`),
    stopTimeoutMs: packedStopTimeoutOf(replicas, settings),
  }
}

// From the end of its stop to the end of the process, on a busy machine.
const exitMs = 100

/** What a service states itself as the longest time of its stop, by the setting that it is started with. */
function stopTimeoutOf(replica: Replica, settings: SystemSettings): number {
  const environment = environmentOf(replica, settings)
  const name = 'DRAIN_TIMEOUT_MS'
  const drainTimeoutMs = Number(environment[ownSpelling(replica.deployment.name, name)] ?? environment[name])
  // With a value that is none it does not start.
  return stopTimeMs(Number.isFinite(drainTimeoutMs) ? drainTimeoutMs : 0) + exitMs
}

/** The last service of a shared process stops after all others. */
function packedStopTimeoutOf(replicas: readonly Replica[], settings: SystemSettings): number {
  const times = replicas.map((replica) => stopTimeoutOf(replica, settings))
  return Math.max(...times.slice(0, -1), 0) + (times.at(-1) ?? 0)
}

/** What an environment has that the given one has not; empty where it has less. */
function settingsBeside(
  given: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): Record<string, string> {
  const missing = Object.keys(given).filter((name) => !(name in wanted))
  const differing = Object.entries(wanted).filter(([name, value]) => given[name] !== value)
  return { ...Object.fromEntries(missing.map((name) => [name, ''])), ...Object.fromEntries(differing) }
}

function memberOf({ deployment, instance, key }: Replica, { ports }: SystemSettings): Member {
  const { name, port, kind } = deployment
  return { service: name, instance, port: ports.get(key) ?? port, isListed: kind === 'service' }
}
