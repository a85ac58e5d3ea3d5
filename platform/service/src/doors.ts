import type { Bindings, Service } from '@stoa/contract'
import {
  createHttpApp,
  refuseConnect,
  refuseUnreadable,
  trustProxies,
  type Changes,
  type ExtraRoute,
  type HttpApp,
} from '@stoa/http'
import type { Part } from '@stoa/kernel/part'
import { loadShedder } from '@stoa/resilience'
import { openPort, rpcServer, type Port } from '@stoa/rpc'
import { adminEndpoints } from './admin-endpoints.ts'
import { auditTrailEndpoint } from './audit-trail.ts'
import type { Connections } from './connections.ts'
import { refuseErased } from './erased-subjects.ts'
import { makeHealth } from './health.ts'
import { observeLoad } from './observe-load.ts'
import { operatingEndpoints } from './operating-endpoints.ts'
import { operatorRecorder } from './operator-recorder.ts'
import { personalDataEndpoint } from './personal-data.ts'
import { isRpc, rpcPaths } from './rpc-paths.ts'
import { within } from './within.ts'

interface DoorOptions {
  readonly connections: Connections
  readonly bindings: Bindings<any>
  /** Every part of the service, for `/health` and `/admin`. */
  readonly parts: () => readonly Part[]
  /** Whether the service has started and is not draining. */
  readonly isReady: () => boolean
}

/** The port of a service and the requests to it, as two parts: the port opens early, and requests end before anything else. */
export interface Doors {
  /** Listens before the service is ready, so that a long start can be followed at `/health`. */
  readonly port: Part
  /** Rejects new requests, completes those in progress, and closes the port. */
  readonly requests: Part
  /** The number of the open port. */
  readonly number: () => number
  readonly inFlight: () => number
}

/** Makes the doors of a service: one port for REST over HTTP/1.1 and for RPC over HTTP/2 and HTTP/1.1. */
export function makeDoors(options: DoorOptions): Doors {
  const { logger } = options.connections.telemetry
  let open: OpenDoors | undefined
  const inFlight = () => open?.app.inFlight() ?? 0
  async function close(timeoutMs: number): Promise<void> {
    if (open === undefined) return
    const { app, port } = open
    open = undefined
    const isDrained = await within(Promise.all([app.close(), port.close(timeoutMs)]), timeoutMs)
    if (!isDrained) logger.warn('requests have not finished in time', { inFlight: app.inFlight() })
  }
  return {
    port: {
      name: 'port',
      async start() {
        open = await openDoors(options)
      },
      stop: close,
    },
    requests: { name: 'requests', stop: close },
    number: () => open?.port.port ?? 0,
    inFlight,
  }
}

interface OpenDoors {
  readonly app: HttpApp
  readonly port: Port
}

async function openDoors(options: DoorOptions): Promise<OpenDoors> {
  const { connections } = options
  const { config } = connections.options
  const load = loadShedder()
  observeLoad(load, connections.telemetry)
  const app = await makeApp(options, load)
  const rpc = makeRpc(options, load)
  const paths = rpcPaths(servedBy(options.connections))
  const port = await openPort({
    host: config.host,
    port: config.port,
    http1: (request, response) =>
      isRpc(request.url, paths) ? rpc.handler(request, response) : app.listener(request, response),
    http2: rpc.handler,
    takesStream: rpc.unary,
    takesUpgrade: app.takesUpgrade,
    onUpgrade: app.onUpgrade,
    ...(connections.blobs === undefined ? {} : { takesLongBody: app.takesUpload }),
    ...(connections.mesh === undefined
      ? {}
      : { mesh: { identity: connections.mesh, logger: connections.telemetry.logger } }),
    onUnreadable: refuseUnreadable,
    onConnect: refuseConnect,
  }).catch((error: unknown) => {
    load.close()
    throw error
  })
  return { app: { ...app, close: () => app.close().finally(load.close) }, port }
}

type Load = ReturnType<typeof loadShedder>

function makeApp(options: DoorOptions, load: Load): Promise<HttpApp> {
  const { connections, bindings } = options
  const { database, identity, calls, changes, telemetry } = connections
  const { config } = connections.options
  return createHttpApp({
    service: servedBy(connections),
    bindings: bindings.operations,
    database,
    ...(connections.blobs === undefined ? {} : { blobs: connections.blobs.shelves }),
    calls: () => calls.for({}) as never,
    makeTx: connections.makeTx,
    refuseErased,
    tally: connections.tally,
    authenticate: ({ headers }) => identity.authenticate(single(headers['authorization'])),
    telemetry,
    newId: connections.newId,
    changes: changes ?? unchanging,
    onInvalidated: identity.onInvalidated,
    version: connections.version,
    load,
    issuer: config.authIssuer,
    isTrustedProxy: trustProxies(config.trustedProxies),
    checkAnswers: config.stoaEnv === 'development',
    extraRoutes: extraRoutesOf(options),
  })
}

function makeRpc({ connections, bindings, isReady }: DoorOptions, load: Load): ReturnType<typeof rpcServer> {
  const { database, makeTx, calls, identity, telemetry, clock, mesh } = connections
  return rpcServer({
    service: servedBy(connections),
    handlers: bindings.rpc,
    database,
    makeTx,
    calls: () => calls.for({}),
    authenticate: identity.authenticate,
    telemetry,
    clock,
    isReady,
    load,
    ...(mesh === undefined ? {} : { mesh }),
  })
}

/** What a process serves of its contract: a worker neither operations nor RPC methods. */
function servedBy({ service, role }: Connections): Service {
  return role === 'worker' ? { ...service, operations: {}, rpc: undefined } : service
}

/** The routes that every service has in addition to its contract; they are served under any load. */
function extraRoutesOf({ connections, bindings, parts, isReady }: DoorOptions): ExtraRoute[] {
  const { service, role, version, telemetry, database, instanceId } = connections
  const dependencies = Object.fromEntries(parts().flatMap((part) => Object.entries(part.dependencies ?? {})))
  const health = makeHealth({ dependencies, isReady })
  const recorder = operatorRecorder(connections)
  const endpoints = parts().flatMap(({ admin = [] }) => admin)
  return [
    ...operatingEndpoints({ service, role, version, telemetry, health }),
    ...(role === 'worker' ? [] : personalDataEndpoint(bindings, database, recorder)),
    auditTrailEndpoint(database, recorder),
    adminEndpoints({ endpoints, health, instanceId, recorder }),
  ]
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0]
}

/** For a service without sagas and sockets, whose resources change only by requests. */
const unchanging: Changes = { watch: () => ({ changed: new Promise(() => {}), stop() {} }) }
