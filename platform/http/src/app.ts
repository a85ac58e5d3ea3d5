import type { IncomingMessage, ServerResponse } from 'node:http'
import { refuseFrom, type MountHandler, type Permission, type Socket, type Stream } from '@stoa/contract'
import { makeUnderWay } from '@stoa/resilience'
import { runWithContext } from '@stoa/telemetry'
import { authorize, callerOf } from './caller.ts'
import { beginExchange, type Exchange } from './exchange.ts'
import { makeObserver } from './observation.ts'
import { defaultLimits, jsonMediaType, type HttpApp, type HttpAppOptions } from './options.ts'
import { openApiDocument } from './openapi/document.ts'
import { makePrefixTable } from './prefixes.ts'
import { overloaded, takePlace } from './place.ts'
import { refusalOf, inProgress } from './refusals.ts'
import type { OperationParts } from './request-context.ts'
import { makeProblems, type Problems } from './respond.ts'
import { createRouter, type Router } from './router.ts'
import { makeOperationRoutes } from './routes.ts'
import { isUpgrade, type Upgrade } from './sockets/handshake.ts'
import { upgradeListener } from './sockets/upgrade-listener.ts'
import { trustProxies } from './trusted-proxies.ts'
import { uploadMatcher } from './uploads.ts'

/** Makes the HTTP server of a service: all operations of its contract, and additional routes. */
export async function createHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  const { service, telemetry, authenticate } = options
  const problems = makeProblems(service.errors, telemetry.logger, options.issuer)
  const drain = new AbortController()
  const parts = partsOf(options, drain.signal)
  const router = await createRouter({
    parts,
    problems,
    authenticate,
    operations: makeOperationRoutes(service, options.bindings),
    streams: openRoutesOf<Stream>(options, 'stream'),
    sockets: openRoutesOf<Socket>(options, 'socket'),
    telemetry,
    refuse: refuseFrom(service.errors),
    checkAnswers: options.checkAnswers === true,
  })
  const mounts = makePrefixTable(mountsOf(options))
  const extras = makePrefixTable([...(options.extraRoutes ?? []), openApiRoute(options)])
  const begin = { telemetry, newId: options.newId, isTrustedProxy: options.isTrustedProxy ?? trustProxies([]) }
  const observe = makeObserver(telemetry)
  const inFlight = makeInFlight()

  const serve = (request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade) => {
    const exchange = beginExchange(request, response, begin, upgrade)
    const extra = extras.find(exchange.path)
    const mounted = extra === undefined ? mounts.find(exchange.path) : undefined
    const foreign = extra ?? mounted
    if (extra === undefined) inFlight.enter()
    response.once('close', () => {
      if (!response.writableFinished) exchange.abort(new Error('the client has disconnected'))
      if (extra === undefined) inFlight.leave()
      exchange.place?.end(exchange)
      // health and metrics are requested every second, and their logs would be noise
      if (extra?.permission === 'public' || (mounted?.isQuiet === true && response.statusCode < 400)) return
      observe(exchange, mounted?.isQuiet === true)
    })
    // a line about an export of logs would itself be exported
    const keepsLogsLocal = mounted?.isQuiet === true
    runWithContext(keepsLogsLocal ? { ...exchange.context, keepsLogsLocal } : exchange.context, () => {
      if (extra === undefined && drain.signal.aborted) return refuseDraining(exchange, problems)
      if (extra === undefined && options.load !== undefined) {
        exchange.place = takePlace(options.load, exchange, mounted !== undefined)
        if (exchange.place === undefined) return problems.respond(exchange, overloaded())
      }
      if (request.headers.host === undefined && request.httpVersion === '1.1') {
        return problems.respond(exchange, refusalOf('request.malformed', 'The Host header is missing.'))
      }
      if (foreign === undefined) return router.route(request, response)
      void serveForeign(exchange, foreign, options, problems)
    })
  }
  const takesUpload = uploadMatcher(service)
  return {
    listener: (request, response) => serve(request, response),
    takesUpgrade: isUpgrade,
    onUpgrade: upgradeListener(serve),
    takesUpload,
    inFlight: inFlight.count,
    close: () => closeApp(drain, inFlight, router),
  }
}

/** What running an operation needs of the options of its app. */
function partsOf(options: HttpAppOptions, draining: AbortSignal): OperationParts {
  return {
    database: options.database,
    ...(options.blobs === undefined ? {} : { blobs: options.blobs }),
    calls: options.calls,
    makeTx: options.makeTx,
    changes: options.changes,
    ...(options.refuseErased === undefined ? {} : { refuseErased: options.refuseErased }),
    ...(options.tally === undefined ? {} : { tally: options.tally }),
    serviceName: options.service.name,
    authenticate: options.authenticate,
    ...(options.onInvalidated === undefined ? {} : { onInvalidated: options.onInvalidated }),
    limits: { ...defaultLimits, ...options.limits },
    underWay: makeUnderWay(inProgress),
    draining,
  }
}

interface Foreign {
  readonly path: string
  readonly permission: Permission
  readonly isQuiet?: boolean
  readonly handle: MountHandler
}

function mountsOf({ service, bindings }: HttpAppOptions): Foreign[] {
  return Object.entries(service.operations).flatMap(([name, route]) => {
    if (route.kind !== 'mount') return []
    const handle = bindings[name]
    if (typeof handle !== 'function') throw new TypeError(`${service.name}.${name} has no handler`)
    return [{ path: route.path, permission: route.permission, isQuiet: route.isQuiet, handle: handle as MountHandler }]
  })
}

function openRoutesOf<Kind extends Stream | Socket>(
  { service, bindings }: HttpAppOptions,
  kind: Kind['kind'],
): [Kind, unknown, string][] {
  return Object.entries(service.operations).flatMap(([name, route]) =>
    route.kind === kind ? [[route as Kind, bindings[name], name]] : [],
  )
}

async function serveForeign(
  exchange: Exchange,
  { path, permission, handle }: Foreign,
  { authenticate }: HttpAppOptions,
  problems: Problems,
): Promise<void> {
  exchange.route = path
  try {
    const principal = await authorize(exchange, permission, authenticate)
    const caller = callerOf(principal, exchange.address, [permission])
    exchange.response.setHeader('x-request-id', exchange.requestId)
    await handle(exchange.request, exchange.response, { address: exchange.address, caller })
  } catch (error) {
    problems.respond(exchange, error)
    if (!exchange.response.writableEnded) exchange.response.destroy()
  }
}

function refuseDraining(exchange: Exchange, problems: Problems): void {
  const error = refusalOf('service.draining', 'This instance is shutting down; another instance handles the request.', {
    retryAfterSeconds: 1,
  })
  problems.respond(exchange, error, { connection: 'close' })
}

/** `GET /openapi.json`: the contract as OpenAPI 3.1, created on the first request. */
function openApiRoute({ service, version }: HttpAppOptions): Foreign {
  let text: string | undefined
  return {
    path: '/openapi.json',
    permission: 'public',
    handle(_, response) {
      text ??= JSON.stringify(openApiDocument([service], { title: `Stoa: ${service.name}`, version }))
      response.writeHead(200, { 'content-type': jsonMediaType, 'content-length': Buffer.byteLength(text) }).end(text)
    },
  }
}

interface InFlight {
  readonly enter: () => void
  readonly leave: () => void
  readonly count: () => number
  readonly none: () => Promise<void>
}

function makeInFlight(): InFlight {
  let count = 0
  let onNone: (() => void) | undefined
  return {
    enter: () => void (count += 1),
    leave() {
      count -= 1
      if (count === 0) onNone?.()
    },
    count: () => count,
    none: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => (onNone = resolve))),
  }
}

async function closeApp(drain: AbortController, inFlight: InFlight, router: Router): Promise<void> {
  drain.abort(new Error('the service is draining'))
  await inFlight.none()
  await router.close()
}
