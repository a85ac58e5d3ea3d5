import type { DescMethodUnary, DescService } from '@bufbuild/protobuf'
import type { ConnectRouter, HandlerContext } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { AppError, type Clock } from '@stoa/kernel'
import {
  committed,
  isRefused,
  refusal,
  refusedError,
  refusedKeep,
  type Caller,
  type ErrorCatalogue,
  type Principal,
  type Rpc,
  type RpcMethod,
  type Service,
  type Tx,
  type WriteHandle,
} from '@stoa/contract'
import { advisoryXactLock, type Database } from '@stoa/postgres'
import { contextFromHeaders, newContext, runWithContext, type Telemetry, type TraceContext } from '@stoa/telemetry'
import { callHeaders } from './call-headers.ts'
import { toConnectError } from './refusal-detail.ts'
import { RefusedInTransaction } from './refused-in-transaction.ts'
import { readMaxBytes, unaryStreams, type UnaryCall, type UnaryMethod } from './unary-stream.ts'

/** What an RPC handler of a service is called with. */
interface RpcServerOptions {
  readonly service: Service
  readonly handlers: { readonly [method: string]: (context: never) => Promise<unknown> }
  readonly database: Database
  readonly makeTx: (tx: WriteHandle) => Tx
  readonly calls: () => unknown
  readonly authenticate: (authorization: string | undefined) => Promise<Principal>
  readonly telemetry: Telemetry
  readonly clock: Clock
}

interface Request {
  readonly method: string
  readonly said: RpcMethod
  readonly input: unknown
  readonly principal: Principal
  readonly address: string
  readonly header: Header
  readonly signal: AbortSignal
}

type Header = (name: string) => string | undefined

/** A service's RPC interface, for both ways in. */
export interface RpcServer {
  /** Serves whatever comes: Connect, gRPC and gRPC-Web, over HTTP/1.1 and HTTP/2. */
  readonly handler: ReturnType<typeof connectNodeAdapter>
  /** Takes the common calls by themselves; false for a stream that is the handler's. */
  readonly unary: ReturnType<typeof unaryStreams>
}

/**
 * Serves a service's RPC interface by Connect, gRPC and gRPC-Web, with the standard gRPC health protocol beside it. A
 * write is called under its idempotency key, one at a time for each key.
 */
export function rpcServer(options: RpcServerOptions, more: (router: ConnectRouter) => void): RpcServer {
  const described = options.service.rpc as Rpc | undefined
  const desc: DescService | undefined = described?.service
  const methods = (desc?.methods ?? []).flatMap((method): UnaryMethod[] => {
    const said = described?.methods[method.localName]
    if (said === undefined) return []
    const call: UnaryCall = (input, context) => serve(options, method as DescMethodUnary, said, input, context)
    return [{ method: method as DescMethodUnary, call }]
  })
  const implementation = Object.fromEntries(
    methods.map(({ method, call }) => [
      method.localName,
      (input: object, { requestHeader, signal }: HandlerContext) =>
        call(input, { header: (name) => requestHeader.get(name) ?? undefined, signal }).catch((error: unknown) => {
          throw toConnectError(error)
        }),
    ]),
  )
  const handler = connectNodeAdapter({
    acceptCompression: [],
    readMaxBytes,
    routes: (router) => {
      more(router)
      if (desc !== undefined) router.service(desc, implementation as never)
    },
  })
  const byPath = methods.map((each) => [`/${each.method.parent.typeName}/${each.method.name}`, each] as const)
  return { handler, unary: unaryStreams(new Map(byPath)) }
}

async function serve(
  options: RpcServerOptions,
  method: DescMethodUnary,
  said: RpcMethod,
  input: unknown,
  { header, signal }: Parameters<UnaryCall>[1],
): Promise<unknown> {
  const name = `${method.parent.typeName}/${method.name}`
  const deadlineMs = Number(header(callHeaders.deadline) ?? Number.NaN)
  const attributes = { 'rpc.system': 'connect_rpc', 'rpc.method': name }
  return runWithContext(contextOf(header, input, deadlineMs), () =>
    options.telemetry.inSpan(name, { kind: 'server', attributes }, async () => {
      const startMs = performance.now()
      let outcome = 'ok'
      try {
        if (deadlineMs <= options.clock.now().epochMilliseconds) {
          throw new AppError('timeout', 'request.deadline_exceeded', 'the deadline has passed')
        }
        const principal = await admit(options, name, said, header)
        const request = { method: method.localName, said, input, principal, header, signal, address: '' }
        const result = await call(options, request)
        if (isRefused(result)) throw refusedError(result)
        return result
      } catch (error) {
        outcome = error instanceof AppError ? error.code : 'service.failed'
        if (!(error instanceof AppError))
          options.telemetry.logger.error('call failed unexpectedly', { method: name, error })
        throw error
      } finally {
        const durationMs = Math.round((performance.now() - startMs) * 100) / 100
        options.telemetry.logger.info('call', { method: name, outcome, durationMs })
      }
    }),
  )
}

/** The caller's trace, deadline and, when the call is about an order, its id on every log line. */
function contextOf(header: Header, input: unknown, deadlineMs: number): TraceContext {
  const more = Number.isFinite(deadlineMs) ? { deadlineMs } : {}
  const traceparent = header(callHeaders.traceparent)
  const context = contextFromHeaders({ traceparent }, more) ?? newContext(more)
  const orderId = typeof input === 'object' && input !== null && 'orderId' in input ? input.orderId : undefined
  return typeof orderId === 'string' && orderId !== ''
    ? { ...context, logFields: { ...context.logFields, orderId } }
    : context
}

async function admit(options: RpcServerOptions, name: string, said: RpcMethod, header: Header): Promise<Principal> {
  const principal = await options.authenticate(header(callHeaders.authorization))
  if (principal.mayCall(name) || said.public === true) return principal
  options.telemetry.logger.warn('call refused: not declared', { caller: principal.subject, method: name })
  throw new AppError('forbidden', 'auth.call_undeclared', `${principal.subject} has not declared that it calls ${name}`)
}

async function call(options: RpcServerOptions, request: Request): Promise<unknown> {
  const handler = options.handlers[request.method]
  if (handler === undefined) throw new Error(`no handler is bound to ${request.method}`)
  const errors: ErrorCatalogue = options.service.errors
  const shared = {
    input: request.input,
    caller: callerOf(request.principal, request.address),
    calls: options.calls(),
    db: options.database.read,
    signal: request.signal,
    refuse: (code: string, detail: string, more?: object) => refusal(errors, code, detail, more),
  }
  if (request.said.effect === 'read') return handler(shared as never)
  const result = await handler({ ...shared, ...writing(options, request) } as never)
  return isRefused(result) ? refuseKeeping(options, result) : (result as { value: unknown }).value
}

function writing(options: RpcServerOptions, request: Request) {
  const key = request.header(callHeaders.idempotencyKey)
  if (key === undefined || key === '')
    throw new AppError('malformed', 'idempotency.key_required', 'a call that writes carries a key')
  const compensates = request.header(callHeaders.compensates)
  let isCommitted = false
  const locked = (change: (tx: Tx) => Promise<unknown>) =>
    options.database.transaction(async (handle) => {
      // An action and its compensation take the same lock, so that neither sees the other half done.
      await advisoryXactLock(handle, `rpc:${compensates ?? key}`)
      const value = await change(options.makeTx(handle))
      if (isRefused(value)) throw new RefusedInTransaction(value)
      return value
    })
  const settle = async (change: (tx: Tx) => Promise<unknown>) => {
    try {
      return await locked(change)
    } catch (error) {
      if (error instanceof RefusedInTransaction) return error.refused
      throw error
    }
  }
  return {
    key,
    compensates,
    begin: settle,
    commit: async (change: (tx: Tx) => Promise<unknown>) => {
      if (isCommitted) throw new Error(`${request.method} called commit twice`)
      isCommitted = true
      const value = await settle(change)
      return isRefused(value) ? value : committed(value)
    },
  }
}

async function refuseKeeping(options: RpcServerOptions, result: Parameters<typeof refusedError>[0]): Promise<never> {
  const keep = refusedKeep(result)
  if (keep !== undefined) await options.database.transaction((handle) => keep(options.makeTx(handle)))
  throw refusedError(result)
}

function callerOf(principal: Principal, address: string): Caller {
  const { kind, subject, roles, can } = principal
  // A service acts for whom its message names; what it may call was declared and checked.
  return { kind, subject, roles, address, can, mayReach: () => kind === 'service' }
}
