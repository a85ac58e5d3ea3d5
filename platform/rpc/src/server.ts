import type { DescMethodUnary, DescService } from '@bufbuild/protobuf'
import { createContextKey, createContextValues, type HandlerContext } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { type Clock, platformError } from '@stoa/kernel'
import {
  isRefused,
  refuseFrom,
  refusedError,
  refusedKeep,
  type Caller,
  type Principal,
  type RefuseAtRunTime,
  type Rpc,
  type RpcMethod,
  type Service,
  type Tx,
  type WriteHandle,
} from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import { remainingMs, type LoadShedder, type UnderWay } from '@stoa/resilience'
import type { Mesh } from '@stoa/security'
import { addLogFields, type Telemetry } from '@stoa/telemetry'
import { callHeaders, readKey } from './call-headers.ts'
import { Health } from './gen/health_pb.js'
import { serveHealth } from './health.ts'
import { serveReflection } from './reflection.ts'
import { toConnectError } from './refusal-detail.ts'
import { checkBearer, checkPeer } from './check-peer.ts'
import { admittedFirst, peerOfRequest, type LibraryHandler } from './library.ts'
import type { MeshPeer } from './mesh-peer.ts'
import { makeCallObserver, type CallObserver } from './observe-call.ts'
import { readMaxBytes } from './body-budget.ts'
import { makeCallShedding } from './shed-calls.ts'
import { refuseUnimplemented } from './unimplemented.ts'
import { bodyLimits, unaryStreams, type BodyLimits, type UnaryCall, type UnaryMethod } from './unary-stream.ts'
import { keyedWrites, underWayOfRpc } from './write.ts'

interface Serving extends RpcServerOptions {
  readonly underWay: UnderWay
  readonly observe: CallObserver
  readonly refuse: RefuseAtRunTime
}

interface RpcServerOptions {
  readonly service: Service
  readonly handlers: { readonly [method: string]: (context: never) => Promise<unknown> }
  readonly database: Database
  readonly makeTx: (tx: WriteHandle) => Tx
  readonly calls: () => unknown
  readonly authenticate: (authorization: string | undefined) => Promise<Principal>
  readonly telemetry: Telemetry
  readonly clock: Clock
  /** The status in the health protocol. */
  readonly isReady: () => boolean
  /** Refuses calls beyond its limit, or beyond the share of their caller, with UNAVAILABLE, `service.overloaded`; health and reflection are never refused. If omitted, there is no limit. */
  readonly load?: LoadShedder
  /** The limits of message bodies; those of the process by default. */
  readonly limits?: BodyLimits
  /** Requires the certificate of the caller, as its mode says, and that the token is of the same service. */
  readonly mesh?: Mesh
}

interface Request {
  readonly method: string
  readonly declared: RpcMethod
  readonly input: unknown
  readonly principal: Principal
  readonly address: string
  readonly header: Header
  readonly deadlineMs: number | undefined
  readonly signal: AbortSignal
}

type Header = (name: string) => string | undefined

/** The RPC server of a service. */
export interface RpcServer {
  /** Serves Connect, gRPC and gRPC-Web, over HTTP/1.1 and HTTP/2. */
  readonly handler: LibraryHandler
  /** Serves common calls directly; returns false for a stream that the library handler must serve. */
  readonly unary: ReturnType<typeof unaryStreams>
}

/**
 * Serves a service's RPC interface by Connect, gRPC and gRPC-Web, with the standard gRPC health and reflection protocols
 * beside it. A write is called under its idempotency key, one at a time for each key. A caller is admitted before its message is read.
 */
export function rpcServer(options: RpcServerOptions): RpcServer {
  const { limits = bodyLimits } = options
  const serving = {
    ...options,
    underWay: underWayOfRpc(),
    observe: makeCallObserver(options),
    refuse: refuseFrom(options.service.errors),
  }
  const shedding = makeCallShedding(options.load, options.telemetry)
  const described = options.service.rpc as Rpc | undefined
  const desc: DescService | undefined = described?.service
  const methods = (desc?.methods ?? []).flatMap((method): (UnaryMethod & { declared: RpcMethod })[] => {
    const declared = described?.methods[method.localName]
    if (declared === undefined) return []
    const unary = method as DescMethodUnary
    return [
      {
        method: unary,
        declared,
        call: (read, context) =>
          shedding.run(nameOf(unary), (assign) => serve(serving, unary, declared, read, context, assign)),
      },
    ]
  })
  const byPath = new Map<string, (typeof methods)[number]>(methods.map((each) => [`/${nameOf(each.method)}`, each]))
  const handler = admittedFirst({
    methods: byPath,
    limits,
    admit: async (path, header, peer) => {
      const found = byPath.get(path)
      if (found === undefined) return
      shedding.check()
      const { method, declared } = found
      await admit(options, nameOf(method), declared, { header, peer }).catch((error: unknown) =>
        serving.observe(nameOf(method), header, () => Promise.reject(error)),
      )
    },
    own: adapter(desc === undefined ? [] : [desc], methods),
    open: connectNodeAdapter({
      acceptCompression: [],
      readMaxBytes: openReadMaxBytes,
      fallback: refuseUnimplemented,
      routes(router) {
        const own = desc === undefined ? [] : [desc]
        serveHealth(router, { services: own.map(({ typeName }) => typeName), isReady: options.isReady })
        serveReflection(router, [...own, Health])
      },
    }),
  })
  return { handler, unary: unaryStreams(byPath, limits) }
}

/** Health and reflection are open to everyone, and their requests are short. */
const openReadMaxBytes = 16 * 1024

function nameOf(method: DescMethodUnary): string {
  return `${method.parent.typeName}/${method.name}`
}

const peerKey = createContextKey<MeshPeer | undefined>(undefined)

/** The library's handler of the declared methods. */
function adapter(services: readonly DescService[], methods: readonly UnaryMethod[]) {
  const implementation = Object.fromEntries(
    methods.map(({ method, call }) => [
      method.localName,
      (input: object, { requestHeader, signal, values }: HandlerContext) => {
        const header = (name: string) => requestHeader.get(name) ?? undefined
        const peer = values.get(peerKey)
        return call(async () => input, { header, signal, onAdmitted: () => {}, peer }).catch((error: unknown) => {
          throw toConnectError(error)
        })
      },
    ]),
  )
  return connectNodeAdapter({
    acceptCompression: [],
    readMaxBytes,
    fallback: refuseUnimplemented,
    contextValues: (request) => createContextValues().set(peerKey, peerOfRequest(request)),
    routes(router) {
      for (const each of services) router.service(each, implementation as never)
    },
  })
}

function serve(
  options: Serving,
  method: DescMethodUnary,
  declared: RpcMethod,
  readInput: () => Promise<object>,
  { header, signal, onAdmitted, peer }: Parameters<UnaryCall>[1],
  assign: (caller: string) => void,
): Promise<unknown> {
  const name = nameOf(method)
  return options.observe(name, header, async (deadlineMs) => {
    const epochMs = options.clock.now().epochMilliseconds
    if (remainingMs(deadlineMs, epochMs) === 0) {
      throw platformError('request.deadline_exceeded', 'The deadline of the call has passed.')
    }
    const principal = await admit(options, name, declared, { header, peer })
    onAdmitted()
    assign(principal.subject)
    const input = await readInput()
    noteOrder(input)
    const request = { method: method.localName, declared, input, principal, header, deadlineMs, signal, address: '' }
    const result = await call(options, request)
    if (isRefused(result)) throw refusedError(result)
    return result
  })
}

/** Adds the id of the order that a call is about to every log line. */
function noteOrder(input: object): void {
  if ('orderId' in input && typeof input.orderId === 'string' && input.orderId !== '') {
    addLogFields({ orderId: input.orderId })
  }
}

interface From {
  readonly header: Header
  readonly peer: MeshPeer | undefined
}

async function admit(
  options: RpcServerOptions,
  name: string,
  declared: RpcMethod,
  { header, peer }: From,
): Promise<Principal> {
  const { mesh, clock, telemetry } = options
  const { logger } = telemetry
  checkPeer({ mesh, clock, logger }, name, peer)
  const principal = await options.authenticate(header(callHeaders.authorization))
  checkBearer({ logger }, principal, peer, name)
  if (principal.mayCall(name) || declared.public === true) return principal
  if (principal.kind === 'anonymous') throw platformError('auth.token_missing', 'A bearer token is required.')
  if (principal.kind !== 'service') throw platformError('auth.scope_missing', `The token lacks the scope ${name}.`)
  logger.warn('call refused: not declared', { caller: principal.subject, method: name })
  throw platformError('auth.call_undeclared', `${principal.subject} has not declared the call ${name}.`)
}

async function call(options: Serving, request: Request): Promise<unknown> {
  const handler = options.handlers[request.method]
  if (handler === undefined) throw new Error(`no handler is bound to ${request.method}`)
  const shared = {
    input: request.input,
    caller: callerOf(request.principal, request.address),
    calls: options.calls(),
    db: options.database.read,
    signal: request.signal,
    refuse: options.refuse,
  }
  if (request.declared.effect === 'read') return handler(shared as never)
  const result = await handler({ ...shared, ...writing(options, request) } as never)
  return isRefused(result) ? refuseKeeping(options, result) : (result as { value: unknown }).value
}

function writing(options: Serving, request: Request) {
  const { database, makeTx, clock, underWay } = options
  const key = readKey(request.header(callHeaders.idempotencyKey))
  if (key === undefined || key === '')
    throw platformError('idempotency.key_required', 'A call that writes requires an idempotency key.')
  const compensates = readKey(request.header(callHeaders.compensates))
  const { method, deadlineMs } = request
  return keyedWrites({ database, makeTx, clock, underWay }, { method, key, compensates, deadlineMs })
}

async function refuseKeeping(options: RpcServerOptions, result: Parameters<typeof refusedError>[0]): Promise<never> {
  const keep = refusedKeep(result)
  if (keep !== undefined) await options.database.transaction((handle) => keep(options.makeTx(handle)))
  throw refusedError(result)
}

function callerOf(principal: Principal, address: string): Caller {
  const { kind, subject, roles, can } = principal
  // A service acts on behalf of the user in its message; that it may call the method has been checked.
  return { kind, subject, roles, address, can, mayReach: () => kind === 'service' }
}
