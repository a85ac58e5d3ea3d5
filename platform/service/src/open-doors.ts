import type { Bindings, Service } from '@stoa/contract'
import type { Breakers, CallClient } from '@stoa/client'
import type { Resolver } from '@stoa/discovery'
import {
  createHttpApp,
  refuseConnect,
  refuseUnreadable,
  trustProxies,
  type Changes,
  type ExtraRoute,
  type HttpApp,
} from '@stoa/http'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { loadShedder } from '@stoa/resilience'
import { openPort, rpcServer, type Port } from '@stoa/rpc'
import type { Telemetry } from '@stoa/telemetry'
import { adminEndpoints } from './admin-endpoints.ts'
import type { Background } from './background.ts'
import type { ChangeFeed } from './changes.ts'
import type { DefinedService } from './define-service.ts'
import { dependenciesOf } from './dependencies.ts'
import { refuseErased } from './erased-subjects.ts'
import { makeHealth, type Health } from './health.ts'
import type { Identity } from './identity.ts'
import { txMaker } from './make-tx.ts'
import { operatingEndpoints } from './operating-endpoints.ts'
import { personalDataEndpoint } from './personal-data.ts'
import { isRpc, rpcPaths } from './rpc-paths.ts'
import type { StartOptions } from './start-options.ts'

/** The parts of a service that is starting. */
export interface Parts {
  readonly service: Service
  readonly options: StartOptions
  readonly instanceId: string
  readonly telemetry: Telemetry
  readonly database: Database
  readonly clock: Clock
  readonly newId: NewId
  readonly schemaBaseUrl: string
}

/** The mutable state of a running service. */
export interface ServiceState {
  /** Whether it has started and is not draining. */
  isReady: boolean
  background: Background | undefined
}

/** The parts behind the HTTP and RPC servers. */
export interface DoorOptions {
  readonly definition: DefinedService
  readonly parts: Parts
  readonly bindings: Bindings<any>
  readonly deps: unknown
  readonly calls: CallClient
  readonly breakers: Breakers
  readonly identity: Identity
  readonly changes: ChangeFeed | undefined
  readonly resolver: Resolver
  readonly state: ServiceState
}

/** Opens the port of a service, for REST over HTTP/1.1 and for RPC over HTTP/2 and HTTP/1.1. */
export async function openDoors(options: DoorOptions): Promise<{ readonly app: HttpApp; readonly port: Port }> {
  const { parts, bindings, calls, identity, changes, state } = options
  const { service, database, telemetry, clock } = parts
  const { config, version = '0.1.0' } = parts.options
  const makeTx = txMaker(parts)
  const load = loadShedder()
  const app = await createHttpApp({
    service,
    bindings: bindings.operations,
    database,
    calls: () => calls.for({}) as never,
    makeTx,
    refuseErased,
    authenticate: ({ headers }) => identity.authenticate(single(headers['authorization'])),
    telemetry,
    newId: parts.newId,
    changes: changes ?? unchanging,
    onInvalidated: identity.onInvalidated,
    version,
    load,
    issuer: config.authIssuer,
    isTrustedProxy: trustProxies(config.trustedProxies),
    checkAnswers: config.stoaEnv === 'development',
    extraRoutes: extraRoutesOf(options),
  })
  const rpc = rpcServer({
    service,
    handlers: bindings.rpc,
    database,
    makeTx,
    calls: () => calls.for({}),
    authenticate: identity.authenticate,
    telemetry,
    clock,
    isReady: () => state.isReady,
    load,
  })
  const paths = rpcPaths(service)
  const port = await openPort({
    host: config.host,
    port: config.port,
    http1: (request, response) =>
      isRpc(request.url, paths) ? rpc.handler(request, response) : app.listener(request, response),
    http2: rpc.handler,
    takesStream: rpc.unary,
    onUnreadable: refuseUnreadable,
    onConnect: refuseConnect,
  })
  return { app: { ...app, close: () => app.close().finally(load.close) }, port }
}

/** The routes that every service has in addition to its contract; they are served under any load. */
function extraRoutesOf(options: DoorOptions): ExtraRoute[] {
  const { definition, parts, bindings, deps, breakers, state } = options
  const { service, database, telemetry, instanceId } = parts
  const { version = '0.1.0' } = parts.options
  const health = healthOf(options)
  return [
    ...operatingEndpoints({ service, version, telemetry, health }),
    ...personalDataEndpoint(bindings, database),
    adminEndpoints({
      service,
      database,
      sagas: () => state.background?.sagas,
      log: () => state.background?.log,
      breakers,
      health,
      instanceId,
      own: definition.admin?.(deps) ?? {},
    }),
  ]
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0]
}

function healthOf({ definition, parts, deps, resolver, breakers, identity, state }: DoorOptions): Health {
  const { service, database } = parts
  const background = () => state.background
  const own = definition.checks?.(deps) ?? {}
  const dependencies = dependenciesOf({ service, database, resolver, breakers, identity, background, own })
  return makeHealth({ dependencies, isReady: () => state.isReady })
}

/** For a service without sagas, whose resources change only by requests. */
const unchanging: Changes = { watch: () => ({ changed: new Promise(() => {}), stop() {} }) }
