import { randomUUID } from 'node:crypto'
import { backgroundStopMs, closingMs, telemetryStopMs } from '@stoa/config'
import { connectCalls, makeBreakers } from '@stoa/client'
import type { Registration } from '@stoa/discovery'
import { waitUntilCaughtUp } from '@stoa/events'
import type { HttpApp } from '@stoa/http'
import { newId, systemClock } from '@stoa/kernel'
import { openDatabase } from '@stoa/postgres'
import type { Port } from '@stoa/rpc'
import { createTelemetry, type Telemetry } from '@stoa/telemetry'
import { startBackground, type Background } from './background.ts'
import { changeFeed } from './changes.ts'
import { checkBindings } from './check-bindings.ts'
import { databaseLog } from './database-log.ts'
import type { DefinedService } from './define-service.ts'
import { makeIdentity, type Identity } from './identity.ts'
import { txMaker } from './make-tx.ts'
import { openDoors, type DoorOptions, type Parts, type ServiceState } from './open-doors.ts'
import { followRegistry, register } from './registry.ts'
import { migrateService } from './service-schema.ts'
import type { StartOptions } from './start-options.ts'
import { within } from './within.ts'

export interface RunningService {
  readonly name: string
  readonly instanceId: string
  readonly port: number
  readonly telemetry: Telemetry
  readonly isReady: () => boolean
  /** Drains the service: deregisters it, completes the work in progress within `stopTimeMs` of the configured time, and leaves the rest to other replicas. */
  readonly stop: () => Promise<void>
}

/** Starts a defined service: schema, database, identity, port, consumers, relay, tasks, sagas, registration. */
export async function startService(definition: DefinedService, options: StartOptions): Promise<RunningService> {
  const service = definition.contract
  const { config, clock = systemClock } = options
  const instanceId = `${service.name}-${randomUUID().slice(0, 8)}`
  const telemetry = createTelemetry({
    service: service.name,
    environment: config.stoaEnv,
    version: options.version ?? '0.1.0',
    instance: instanceId,
    logLevel: config.logLevel,
    sampler: config.otelTracesSampler,
    samplerArg: config.otelTracesSamplerArg,
    sampleRatio: config.traceSampleRatio,
    spanFolder: config.telemetryFolder,
    otlpEndpoint: config.otelExporterOtlpEndpoint,
    otlpServiceName: config.otelServiceName,
    resourceAttributes: config.otelResourceAttributes,
    ...(options.logDestination === undefined ? {} : { destination: options.logDestination }),
  })
  const database = openDatabase({
    url: config.databaseUrl,
    applicationName: instanceId,
    readConnections: config.readConnections,
    writeConnections: config.writeConnections,
    statementTimeoutMs: 10_000,
    log: databaseLog(telemetry),
    telemetry,
  })
  const parts: Parts = {
    service,
    options,
    instanceId,
    telemetry,
    database,
    clock,
    newId: options.newId ?? newId,
    schemaBaseUrl: config.schemaBaseUrl ?? config.authIssuer,
  }
  await migrateService(definition, config)
  return run(definition, parts)
}

async function run(definition: DefinedService, parts: Parts): Promise<RunningService> {
  const { service, options, telemetry, database, clock } = parts
  const { config } = options
  const state: ServiceState = { isReady: false, background: undefined }
  const resolver = options.resolver ?? followRegistry(config, telemetry)
  const identity = options.identity ?? identityOf(parts)
  const breakers = makeBreakers(telemetry)
  const calls =
    options.calls ??
    connectCalls({ service, resolver, tokens: identity.tokens, breakers, telemetry, newId: parts.newId })
  const changes = Object.keys(service.sagas).length === 0 ? undefined : changeFeed(database, telemetry.logger)
  const makeTx = txMaker(parts)
  const deps = definition.deps({
    config,
    db: database.read,
    database,
    clock,
    newId: parts.newId,
    telemetry,
    makeTx,
    calls: calls.for({}) as never,
    caughtUp: async (wait) => {
      const log = state.background?.log
      return log === undefined ? { isCaughtUp: true, behind: [] } : waitUntilCaughtUp(log, wait)
    },
  })
  const bindings = definition.bind(deps)
  checkBindings(service, bindings)
  const doors: DoorOptions = { definition, parts, bindings, deps, calls, breakers, identity, changes, resolver, state }
  const { app, port } = await openDoors(doors)
  // before consumers and sagas start, because they may need what it prepares
  await definition.onStart?.(deps)
  const background = await startBackground({ ...parts, config, bindings, calls, makeTx, changes })
  state.background = background
  const registered = options.resolver === undefined ? registerAt(parts, port.port) : undefined
  state.isReady = true
  telemetry.logger.info('ready', { port: port.port, instance: parts.instanceId })
  return {
    name: service.name,
    instanceId: parts.instanceId,
    port: port.port,
    telemetry,
    isReady: () => state.isReady,
    stop: () => stop({ ...doors, app, port, background, registered }),
  }
}

function identityOf({ service, options: { config, access }, clock, telemetry }: Parts): Identity {
  const { authIssuer: issuer, serviceClientSecret: secret, authUrl } = config
  return makeIdentity({ service: service.name, issuer, secret, authUrl, access, clock, telemetry })
}

function registerAt(
  { service, options: { config, version = '0.1.0' }, instanceId }: Parts,
  port: number,
): Registration {
  const metadata = { instance: instanceId, pid: String(process.pid) }
  return register(config, { service: service.name, port, version, metadata })
}

interface StopOptions extends DoorOptions {
  readonly app: HttpApp
  readonly port: Port
  readonly background: Background
  readonly registered: Registration | undefined
}

// A registry that hangs does not delay the stop: the lease of the instance expires.
const leavingMs = 500

async function stop({
  definition,
  deps,
  parts,
  state,
  app,
  port,
  background,
  registered,
  identity,
  calls,
  breakers,
  changes,
  resolver,
}: StopOptions): Promise<void> {
  if (!state.isReady) return
  state.isReady = false
  const { telemetry, database, options } = parts
  telemetry.logger.info('draining', { inFlight: app.inFlight() })
  const { drainTimeoutMs } = options.config
  const until = performance.now() + drainTimeoutMs
  await within(Promise.all([registered?.leave(), identity.close()]), Math.min(leavingMs, drainTimeoutMs))
  // The port first, so that the background work handles what the last requests publish and enqueue.
  const requestsMs = Math.max(0, until - performance.now())
  const isDrained = await within(Promise.all([app.close(), port.close(requestsMs)]), requestsMs)
  if (!isDrained) telemetry.logger.warn('requests have not finished in time', { inFlight: app.inFlight() })
  await background.stop(Math.max(backgroundStopMs, until - performance.now()))
  calls.close()
  breakers.close()
  const closing = async () => {
    await Promise.all([definition.onStop?.(deps), background.log?.close(), changes?.close(), resolver.close()])
    await database.close()
  }
  await within(closing(), closingMs)
  telemetry.logger.info('stopped')
  await telemetry.close(telemetryStopMs)
}
