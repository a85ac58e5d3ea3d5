import { rm } from 'node:fs/promises'
import { AppError } from '@stoa/kernel'
import { topology, type Deployment } from '../topology.ts'
import { ensureBundle, type Bundle } from './bundle.ts'
import { waitForReadCopies } from './catch-up.ts'
import type { ControlRequest, ProcessRow } from './control.ts'
import { serveControl } from './control-server.ts'
import { makeDataFolder, refusalForFolder, writeJson, type DataFolder } from './data-folder.ts'
import { openDatabaseServer, type DatabaseServer } from './database-server.ts'
import { emptyDatabases, provisionDatabases } from './databases.ts'
import type { SystemSettings } from './environment.ts'
import { startFleet, type Fleet } from './fleet.ts'
import { takeLock } from './lock.ts'
import { chooseServices, choosePorts, wantedPorts, type Ports } from './place.ts'
import { recordOperated } from './operated.ts'
import { requireFree } from './ports.ts'
import { endLeftBehind } from './processes.ts'
import { noteSeeded, readSeedRecord, seedOnce } from './seeding.ts'
import { ensureSecrets } from './secrets.ts'

/** How a system is started. */
export interface UpOptions {
  readonly data: DataFolder
  /** Only these services, and the registry. */
  readonly only?: readonly string[] | undefined
  /** Picks free ports in place of the usual ones. */
  readonly isAutoPorts?: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Gives a start up. */
  readonly signal?: AbortSignal
  /** It has been told to stop over its socket; whoever told it waits until `stop` is over. */
  readonly onStopRequested: () => void
  /** What is being done, for people. */
  readonly onProgress: (text: string) => void
  /** What went wrong while it runs: a warning in a log, a process that died. */
  readonly onTrouble: (text: string) => void
}

/** A system that runs. */
export interface RunningSystem {
  readonly ports: Ports
  readonly services: readonly Deployment[]
  readonly ps: () => Promise<ProcessRow[]>
  /** Services first, PostgreSQL last. */
  readonly stop: () => Promise<void>
}

const postgresStopMs = 1_500

/** Brings a system up until every service is ready and all read copies have the seed. @throws AppError with the mend */
export async function startSystem(options: UpOptions): Promise<RunningSystem> {
  const { data } = options
  const undo: (() => unknown)[] = []
  try {
    return await bringUp(options, undo)
  } catch (error) {
    for (const step of undo.toReversed()) await step()
    throw refusalForFolder(data.path, error)
  }
}

async function bringUp(options: UpOptions, undo: (() => unknown)[]): Promise<RunningSystem> {
  const { data, environment, onProgress, onTrouble } = options
  const services = chooseServices(options.only)
  await makeDataFolder(data)
  const lock = takeLock(data)
  undo.push(lock.release)
  await endLeftBehind(data)
  const ports = await choosePorts(services, { isAuto: options.isAutoPorts ?? false, environment })
  await requireFree(wantedPorts(services, ports, false))
  const secrets = await ensureSecrets(data)
  // Wherever it is free, an earlier one that still runs is found at whatever port it has.
  const postgresPort =
    options.isAutoPorts === true && !environment['STOA_POSTGRES_PORT'] ? 0 : (ports.get('postgres') ?? 0)
  onProgress('Starting PostgreSQL and looking whether the code has changed')
  const [opened, bundled] = await Promise.allSettled([
    openDatabaseServer({ data, port: postgresPort, givenUrl: environment['DATABASE_URL'], onWarning: onTrouble }),
    ensureBundle(data, topology),
  ])
  if (opened.status === 'fulfilled') undo.push(() => opened.value.stop())
  const server = valueOf(opened)
  const bundle = valueOf(bundled)
  const settings: SystemSettings = { data, secrets, adminUrl: server.adminUrl, ports, environment }
  await provisionDatabases(services, settings)
  const placed = new Map([...ports, ['postgres', server.embedded?.port ?? 0]])
  const running = new Set(['postgres', ...services.map(({ name }) => name)])
  await writeJson(data.ports, Object.fromEntries([...placed].filter(([who]) => running.has(who.split('.')[0] ?? ''))))
  await recordOperated(data, services)
  const system = makeSystem({ options, services, settings, server, bundle, ports: placed })
  undo.push(async () => {
    await system.fleet.stop()
    system.fleet.close()
  })
  const control = await serveControl(data, system.carry)
  undo.push(async () => {
    await control.close()
    control.hangUp()
  })
  await system.start(onProgress)
  return {
    ports: placed,
    services,
    ps: system.ps,
    async stop() {
      await system.fleet.stop()
      system.fleet.close()
      await server.stop({ timeoutMs: postgresStopMs })
      await control.close()
      lock.release()
      control.hangUp()
    },
  }
}

function valueOf<T>(outcome: PromiseSettledResult<T>): T {
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}

interface Parts {
  readonly options: UpOptions
  readonly services: readonly Deployment[]
  readonly settings: SystemSettings
  readonly server: DatabaseServer
  readonly bundle: Bundle
  readonly ports: Ports
}

type Tell = (progress: string) => void

function makeSystem(parts: Parts) {
  const { options, services, settings, server, bundle, ports } = parts
  const oneAtATime = queue()
  const fleet: Fleet = startFleet({ services, settings, bundle, onTrouble: options.onTrouble })
  const start = async (tell: Tell) => {
    tell('Putting in the demonstration data, where it is missing')
    await seedOnce(services, bundle, settings)
    tell(`Starting ${services.map(({ name }) => name).join(', ')}`)
    await fleet.start(() => followSeed({ services, settings, tell, signal: options.signal }), options.signal)
  }
  const ps = async (): Promise<ProcessRow[]> => [postgresRow(server, ports), ...(await fleet.rows())]
  const reset = async (tell: Tell) => {
    tell('Stopping the services')
    await fleet.stop()
    tell('Emptying the databases')
    await noteSeeded(settings, { services: [], isCaughtUp: false })
    await emptyDatabases(services, settings)
    await rm(settings.data.tokens, { force: true })
    await start(tell)
  }
  const seed = async (tell: Tell) => {
    await seedOnce(services, bundle, settings, { isForced: true })
    await followSeed({ services, settings, tell, signal: undefined })
  }
  const carry = async (request: ControlRequest, tell: Tell): Promise<unknown> => {
    switch (request.command) {
      case 'ps':
        return ps()
      case 'addresses':
        return Object.fromEntries(ports)
      case 'restart':
        return oneAtATime(() => fleet.restart(request.services))
      case 'seed':
        return oneAtATime(() => seed(tell))
      case 'reset':
        return oneAtATime(() => reset(tell))
      case 'down':
        options.onStopRequested()
        return new Promise(() => {})
      default:
        throw new AppError(
          'invalid',
          'system.unknown_command',
          'this supervisor is older than the command: stop it and start it again',
        )
    }
  }
  return { fleet, ps, carry, start: (tell: Tell) => oneAtATime(() => start(tell)) }
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
  readonly tell: Tell
  readonly signal: AbortSignal | undefined
}

async function followSeed({ services, settings, tell, signal }: Following): Promise<void> {
  const record = await readSeedRecord(settings)
  if (record.isCaughtUp) return
  tell('Waiting until all read copies have the demonstration data')
  await waitForReadCopies(services, settings, signal)
  await noteSeeded(settings, { ...record, isCaughtUp: true })
}

function postgresRow({ embedded, adminUrl }: DatabaseServer, ports: Ports): ProcessRow {
  const port = embedded?.port ?? (Number(new URL(adminUrl).port) || ports.get('postgres') || 5432)
  const pid = embedded?.pid ?? null
  return {
    service: 'postgres',
    instance: 'postgres-1',
    pid,
    port,
    state: embedded !== undefined && pid === null ? 'starting' : 'ready',
  }
}
