import { releaseStartMemory } from '@stoa/telemetry'
import { checkSystem } from '@stoa/system/check-topology'
import type { System } from '@stoa/system/define-system'
import type { Deployment } from '@stoa/system/topology'
import { ensureApps, type BuiltApps } from './apps.ts'
import { checkTypes } from './check-types.ts'
import { bucketsOf, recordBuckets } from './buckets.ts'
import { ensureBundle, sourceFolders, sourcesAsTheyStand, type Bundle } from './bundle.ts'
import { makeCommands, type Commands } from './commands.ts'
import type { ProcessRow } from './control.ts'
import { serveControl } from './control-server.ts'
import { makeDataFolder, refusalForFolder, writeJson, type DataFolder } from './data-folder.ts'
import { openDatabaseServer, type DatabaseServer } from './database-server.ts'
import { provisionDatabases } from './databases.ts'
import type { SystemSettings } from './environment.ts'
import { makeFleet } from './fleet.ts'
import { keepCertificates, usesMesh } from './mesh.ts'
import { takeLock } from './lock.ts'
import { recordOperated } from './operated.ts'
import { chooseServices, type Choice } from './choose-services.ts'
import { choosePorts, wantedPorts, type Ports } from './place.ts'
import { requireFree } from './ports.ts'
import { endLeftBehind } from './processes.ts'
import { replicasOf } from './replicas.ts'
import { ensureSecrets } from './secrets.ts'
import { recordSystem } from './system-in.ts'
import { watchSources } from './watch-sources.ts'
import { systemError } from '@stoa/system/system-errors'

/** How a system is started. */
export interface UpOptions {
  readonly data: DataFolder
  readonly system: System
  readonly choice?: Choice
  /** All services in one process. */
  readonly isPacked?: boolean
  /** Runs the sources themselves, and restarts those services that run a file when it is saved. */
  readonly isWatching?: boolean
  /** Picks free ports in place of the usual ones. */
  readonly isAutoPorts?: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Gives a start up. */
  readonly signal?: AbortSignal
  /** Called on a stop request over the socket; the sender waits until `stop` has completed. */
  readonly onStopRequested: () => void
  /** What is being done, for people. */
  readonly onProgress: (text: string) => void
  /** What went wrong while it runs: a warning in a log, a process that died. */
  readonly onTrouble: (text: string) => void
}

/** A system that runs. */
export interface RunningSystem {
  readonly ports: Ports
  readonly ps: () => Promise<ProcessRow[]>
  /** Services first, PostgreSQL last. */
  readonly stop: () => Promise<void>
}

const postgresStopMs = 1_000

/** What to do at the end, in the reverse of this order. */
type Endings = (() => unknown)[]

/** Starts a system and resolves when every service is ready and all read copies have the seed data. @throws AppError with the fix */
export async function startSystem(options: UpOptions): Promise<RunningSystem> {
  const { data } = options
  const endings: Endings = []
  const stop = async () => {
    for (const end of endings.splice(0).toReversed()) await end()
  }
  try {
    const services = chooseServices(options.system.services, options.choice ?? {}, {
      isPacked: options.isPacked ?? false,
    })
    requireFit(options)
    await makeDataFolder(data)
    const commands = Promise.withResolvers<Commands>()
    await takeCommands(options, commands.promise, endings)
    const { ports, ...made } = await bringUp(options, services, endings)
    commands.resolve(made)
    await made.start(options.onProgress)
    if (options.isWatching === true) {
      watch(options, made, endings)
    }
    releaseStartMemory()
    return { ports, ps: made.ps, stop }
  } catch (error) {
    await stop()
    throw refusalForFolder(data.path, error)
  }
}

/** Rejects inconsistent contracts; with --watch it only reports them. @throws AppError */
function requireFit({ system, isWatching, onTrouble }: UpOptions): void {
  const faults = checkSystem(system)
  if (faults.length === 0) return
  const detail = `the contracts do not fit together: ${faults.join('; ')}`
  if (isWatching !== true) throw systemError('system.contracts_mismatch', detail)
  onTrouble(detail)
}

/** Restarts what runs a file that is saved, and checks the types, which running the sources does not. */
function watch({ data, system, onProgress, onTrouble }: UpOptions, { takeOver }: Commands, endings: Endings): void {
  const types = checkTypes(data, { onTrouble, onFixed: onProgress })
  types.check()
  const watching = watchSources(sourceFolders(system.services), (files) => {
    void takeOver(files, onProgress)
    types.check()
  })
  endings.push(types.close, watching.close)
}

/** Holds the data folder, so that it is ours alone, and listens to commands; all but the one to stop wait for the system. */
async function takeCommands(options: UpOptions, commands: Promise<Commands>, endings: Endings): Promise<void> {
  const { data, onStopRequested } = options
  const lock = takeLock(data)
  endings.push(lock.release)
  const control = await serveControl(data, async (request, onProgress) => {
    if (request.command !== 'down') return (await commands).carry(request, onProgress)
    onStopRequested()
    // Its answer is that we hang up.
    return new Promise(() => {})
  })
  endings.push(async () => {
    await control.close()
    lock.release()
    control.hangUp()
  })
}

async function bringUp(
  options: UpOptions,
  services: readonly Deployment[],
  endings: Endings,
): Promise<Commands & { readonly ports: Ports }> {
  const { data, system, environment, onProgress, onTrouble, signal } = options
  await endLeftBehind(data)
  await recordSystem(data, system)
  await recordBuckets(data, bucketsOf(system.services, environment))
  const ports = await choosePorts(services, {
    isAuto: options.isAutoPorts ?? false,
    environment,
    all: system.services,
  })
  await requireFree(wantedPorts(services, ports, false))
  const secrets = await ensureSecrets(data, system.services)
  onProgress('Starting PostgreSQL and checking whether the code has changed')
  const [opened, bundled, apps] = await Promise.allSettled([
    openServer(options, ports),
    codeOf(options),
    appsOf(services, options),
  ])
  if (opened.status === 'fulfilled') endings.push(() => opened.value.stop({ timeoutMs: postgresStopMs }))
  const server = valueOf(opened)
  const bundle = valueOf(bundled)
  signal?.throwIfAborted()
  const shared = { data, system: system.name, secrets, ports, environment }
  const settings: SystemSettings = { ...shared, adminUrl: server.adminUrl, apps: valueOf(apps) }
  await provisionDatabases(services, settings)
  const placed = new Map([...ports, ['postgres', server.embedded?.port ?? 0]])
  await recordPorts(data, services, placed)
  await recordOperated(data, services)
  if (usesMesh(environment)) endings.push(await keepCertificates({ data, services, onTrouble }))
  const fleet = makeFleet({ services, settings, bundle, isPacked: options.isPacked ?? false, onTrouble })
  endings.push(async () => {
    await fleet.stop()
    fleet.close()
  })
  return { ...makeCommands({ services, settings, server, bundle, fleet, signal }), ports: placed }
}

async function codeOf({ data, system, isWatching }: UpOptions): Promise<Bundle> {
  return isWatching === true ? sourcesAsTheyStand(data, system.services) : ensureBundle(data, system)
}

/** A system runs without its apps: one that cannot be built says so at its address. */
async function appsOf(
  services: readonly Deployment[],
  { onProgress, onTrouble }: Pick<UpOptions, 'onProgress' | 'onTrouble'>,
): Promise<BuiltApps> {
  if (!services.some(({ kind }) => kind === 'gateway')) return new Map()
  return ensureApps(onProgress).catch((error: unknown) => {
    onTrouble(error instanceof Error ? error.message : String(error))
    return new Map()
  })
}

function openServer({ data, environment, isAutoPorts, onTrouble }: UpOptions, ports: Ports): Promise<DatabaseServer> {
  const isAnywhere = isAutoPorts === true && !environment['STOA_POSTGRES_PORT']
  return openDatabaseServer({
    data,
    // On any free port; an earlier server that is still running keeps its port.
    port: isAnywhere ? 0 : (ports.get('postgres') ?? 0),
    givenUrl: environment['DATABASE_URL'],
    onWarning: onTrouble,
  })
}

function valueOf<T>(outcome: PromiseSettledResult<T>): T {
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}

/** Only running processes, because others have no address. */
async function recordPorts(data: DataFolder, services: readonly Deployment[], ports: Ports): Promise<void> {
  const running = new Set(['postgres', ...replicasOf(services).map(({ key }) => key)])
  await writeJson(data.ports, Object.fromEntries([...ports].filter(([who]) => running.has(who.split('.')[0] ?? ''))))
}
