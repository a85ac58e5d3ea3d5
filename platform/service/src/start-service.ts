import { randomUUID } from 'node:crypto'
import type { Bindings, Service } from '@stoa/contract'
import { connectCalls, type CallClient } from '@stoa/client'
import type { Registration, Resolver } from '@stoa/discovery'
import { eventsMigrations, logMigrations, waitUntilCaughtUp, type EventLog } from '@stoa/events'
import { createHttpApp, httpMigrations, refuseUnreadable, type Changes, type HttpApp } from '@stoa/http'
import { newId, systemClock, type Clock, type NewId } from '@stoa/kernel'
import { migrate, openDatabase, readMigrations, type Database, type MigrationSet } from '@stoa/postgres'
import { openPort, rpcServer, serveHealth, type Port } from '@stoa/rpc'
import { sagaMigrations, type SagaEngine } from '@stoa/saga'
import type { AccessTable } from '@stoa/security'
import { tasksMigrations } from '@stoa/tasks'
import { createTelemetry, type LogDestination, type Telemetry } from '@stoa/telemetry'
import { adminEndpoints } from './admin-endpoints.ts'
import { startBackground, type Background } from './background.ts'
import { changeFeed, type ChangeFeed } from './changes.ts'
import { databaseLog } from './database-log.ts'
import type { DefinedService } from './define-service.ts'
import { makeIdentity, type Identity } from './identity.ts'
import { txMaker } from './make-tx.ts'
import { operatingEndpoints } from './operating-endpoints.ts'
import { followRegistry, register } from './registry.ts'
import type { ServiceConfig } from './service-config.ts'

/** What a service is started with, besides its definition. */
export interface StartOptions {
  readonly config: ServiceConfig
  /** Which permissions roles and scopes stand for. */
  readonly access: AccessTable
  /** Version that logs, metrics and the registry show. */
  readonly version?: string
  readonly clock?: Clock
  readonly newId?: NewId
  readonly logDestination?: LogDestination
  /** In place of the registry, in tests. */
  readonly resolver?: Resolver
  /** In place of the typed clients, in tests. */
  readonly calls?: CallClient
  /** In place of tokens, in tests. */
  readonly identity?: Identity
}

/** A service that runs. */
export interface RunningService {
  readonly name: string
  readonly instanceId: string
  readonly port: number
  readonly telemetry: Telemetry
  readonly isReady: () => boolean
  /** Drains: leaves the registry, ends what is under way within the configured time, hands the rest to others. */
  readonly stop: () => Promise<void>
}

interface Parts {
  readonly service: Service
  readonly options: StartOptions
  readonly instanceId: string
  readonly telemetry: Telemetry
  readonly database: Database
  readonly clock: Clock
  readonly newId: NewId
}

/** Starts a defined service: schema, database, identity, both doors, consumers, relay, tasks, sagas, registry. */
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
    sampleRatio: config.traceSampleRatio,
    spanFolder: config.telemetryFolder,
    otlpEndpoint: config.otelExporterOtlpEndpoint,
    ...(options.logDestination === undefined ? {} : { destination: options.logDestination }),
  })
  const database = openDatabase({
    url: config.databaseUrl,
    applicationName: instanceId,
    readConnections: config.readConnections,
    writeConnections: config.writeConnections,
    statementTimeoutMs: 10_000,
    log: databaseLog(telemetry),
  })
  const parts: Parts = { service, options, instanceId, telemetry, database, clock, newId: options.newId ?? newId }
  await migrateService(definition, config)
  return run(definition, parts)
}

/** The whole schema of a service's database: the platform's tables and its own. */
export async function migrationsOf({ contract, migrations }: DefinedService): Promise<MigrationSet[]> {
  const own = { name: contract.name, migrations: await readMigrations(migrations) }
  return [httpMigrations, eventsMigrations, tasksMigrations, sagaMigrations, own]
}

async function migrateService(definition: DefinedService, config: ServiceConfig): Promise<void> {
  await migrate(config.databaseUrl, await migrationsOf(definition))
  if (config.logDatabaseUrl !== undefined) await migrate(config.logDatabaseUrl, [logMigrations])
}

async function run(definition: DefinedService, parts: Parts): Promise<RunningService> {
  const { service, options, telemetry, database, clock } = parts
  const { config } = options
  const state: ServiceState = { isReady: false, sagas: undefined, log: undefined }
  const resolver = options.resolver ?? followRegistry(config, telemetry)
  const identity = options.identity ?? identityOf(parts)
  const calls =
    options.calls ?? connectCalls({ service, resolver, tokens: identity.tokens, telemetry, newId: parts.newId })
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
    caughtUp: async (wait) =>
      state.log === undefined ? { isCaughtUp: true, behind: [] } : waitUntilCaughtUp(state.log, wait),
  })
  const bindings = definition.bind(deps)
  const doors: DoorOptions = { definition, parts, bindings, deps, calls, identity, changes, state }
  const { app, port } = await openDoors(doors)
  // before anything is consumed or driven, so that what it prepares is there
  await definition.onStart?.(deps)
  const logDatabaseUrl = config.logDatabaseUrl
  const background = await startBackground({ ...parts, bindings, logDatabaseUrl, calls, makeTx, changes })
  Object.assign(state, { sagas: background.sagas, log: background.log })
  const registered = options.resolver === undefined ? registerAt(parts, port.port) : undefined
  state.isReady = true
  telemetry.logger.info('ready', { port: port.port, instance: parts.instanceId })
  return {
    name: service.name,
    instanceId: parts.instanceId,
    port: port.port,
    telemetry,
    isReady: () => state.isReady,
    stop: () =>
      stop({ definition, deps, parts, state, app, port, background, registered, identity, calls, changes, resolver }),
  }
}

function identityOf({ service, options: { config, access }, clock, telemetry }: Parts): Identity {
  const { authIssuer: issuer, serviceClientSecret: secret, authUrl } = config
  return makeIdentity({ service: service.name, issuer, secret, authUrl, access, clock, telemetry })
}

interface ServiceState {
  isReady: boolean
  sagas: SagaEngine | undefined
  log: EventLog | undefined
}

interface DoorOptions {
  readonly definition: DefinedService
  readonly parts: Parts
  readonly bindings: Bindings<any>
  readonly deps: unknown
  readonly calls: CallClient
  readonly identity: Identity
  readonly changes: ChangeFeed | undefined
  readonly state: ServiceState
}

/** Opens the one port with both doors: REST over HTTP/1.1, RPC over HTTP/2 and HTTP/1.1. */
async function openDoors({ definition, parts, bindings, deps, calls, identity, changes, state }: DoorOptions) {
  const { service, options, database, telemetry, clock } = parts
  const { config, version = '0.1.0' } = options
  const makeTx = txMaker(parts)
  const checks = { database: database.ping, ...definition.checks?.(deps) }
  const isReady = () => state.isReady
  const app = await createHttpApp({
    service,
    bindings: bindings.operations,
    database,
    calls: () => calls.for({}) as never,
    makeTx,
    authenticate: ({ headers }) => identity.authenticate(single(headers['authorization'])),
    telemetry,
    newId: parts.newId,
    changes: changes ?? unchanging,
    version,
    checkAnswers: config.stoaEnv === 'development',
    extraRoutes: [
      ...operatingEndpoints({ service, version, telemetry, checks, isReady }),
      adminEndpoints({
        service,
        database,
        sagas: () => state.sagas,
        log: () => state.log,
        own: definition.admin?.(deps) ?? {},
      }),
    ],
  })
  const rpc = rpcServer(
    {
      service,
      handlers: bindings.rpc,
      database,
      makeTx,
      calls: () => calls.for({}),
      authenticate: identity.authenticate,
      telemetry,
      clock,
    },
    (router) => serveHealth(router, isReady),
  )
  const paths = rpcPaths(service)
  const port = await openPort({
    host: config.host,
    port: config.port,
    http1: (request, response) =>
      isRpc(request.url, paths) ? rpc.handler(request, response) : app.listener(request, response),
    http2: rpc.handler,
    takesStream: rpc.unary,
    onUnreadable: refuseUnreadable,
  })
  return { app, port }
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0]
}

/** The first segments that belong to RPC: `/stoa.order.v1.OrderRpc/…`. */
function rpcPaths(service: Service): ReadonlySet<string> {
  const own = service.rpc === undefined ? [] : [service.rpc.service.typeName]
  return new Set([...own, 'grpc.health.v1.Health'])
}

function isRpc(url: string | undefined, paths: ReadonlySet<string>): boolean {
  const end = url?.indexOf('/', 1) ?? -1
  return end > 0 && paths.has(url?.slice(1, end) ?? '')
}

/** For a service without sagas: nothing of it changes behind a request's back. */
const unchanging: Changes = { watch: () => ({ changed: new Promise(() => {}), stop() {} }) }

function registerAt(
  { service, options: { config, version = '0.1.0' }, instanceId }: Parts,
  port: number,
): Registration {
  const metadata = { instance: instanceId, pid: String(process.pid) }
  return register(config, { service: service.name, port, version, metadata })
}

interface StopOptions {
  readonly definition: DefinedService
  readonly deps: unknown
  readonly parts: Parts
  readonly state: ServiceState
  readonly app: HttpApp
  readonly port: Port
  readonly background: Background
  readonly registered: Registration | undefined
  readonly identity: Identity
  readonly calls: CallClient
  readonly changes: ChangeFeed | undefined
  readonly resolver: Resolver
}

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
  changes,
  resolver,
}: StopOptions): Promise<void> {
  if (!state.isReady) return
  state.isReady = false
  const { telemetry, database, options } = parts
  telemetry.logger.info('draining', { inFlight: app.inFlight() })
  await registered?.leave()
  await identity.close()
  await Promise.all([app.close(), port.close(options.config.drainTimeoutMs), background.stop()])
  await definition.onStop?.(deps)
  calls.close()
  await changes?.close()
  await resolver.close()
  await database.close()
  telemetry.logger.info('stopped')
  await telemetry.close()
}
