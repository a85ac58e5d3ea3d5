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
  readonly headers: Headers
  readonly signal: AbortSignal
}

/**
 * The Node handler that serves a service's RPC interface by Connect, gRPC and gRPC-Web, with the standard gRPC health
 * protocol beside it. A write is called under its idempotency key, one at a time for each key.
 */
export function rpcHandler(
  options: RpcServerOptions,
  more: (router: ConnectRouter) => void,
): ReturnType<typeof connectNodeAdapter> {
  const described = options.service.rpc as Rpc | undefined
  return connectNodeAdapter({
    acceptCompression: [],
    readMaxBytes: 4 * 1024 * 1024,
    routes: (router) => {
      more(router)
      if (described === undefined) return
      const desc = described.service as DescService
      const implementation: Record<string, unknown> = {}
      for (const method of desc.methods) {
        const said = described.methods[method.localName]
        if (said === undefined) continue
        implementation[method.localName] = (input: unknown, context: HandlerContext) =>
          serve(options, method as DescMethodUnary, said, input, context)
      }
      router.service(desc, implementation as never)
    },
  })
}

async function serve(
  options: RpcServerOptions,
  method: DescMethodUnary,
  said: RpcMethod,
  input: unknown,
  context: HandlerContext,
): Promise<unknown> {
  const headers = context.requestHeader
  const name = `${method.parent.typeName}/${method.name}`
  const deadlineMs = Number(headers.get(callHeaders.deadline) ?? Number.NaN)
  const attributes = { 'rpc.system': 'connect_rpc', 'rpc.method': name }
  return runWithContext(contextOf(headers, input, deadlineMs), () =>
    options.telemetry.inSpan(name, { kind: 'server', attributes }, async () => {
      const startMs = performance.now()
      let outcome = 'ok'
      try {
        if (deadlineMs <= options.clock.now().epochMilliseconds) {
          throw new AppError('timeout', 'request.deadline_exceeded', 'the deadline has passed')
        }
        const principal = await admit(options, name, said, headers)
        const request = {
          method: method.localName,
          said,
          input,
          principal,
          headers,
          signal: context.signal,
          address: '',
        }
        const result = await call(options, request)
        if (isRefused(result)) throw refusedError(result)
        return result
      } catch (error) {
        outcome = error instanceof AppError ? error.code : 'service.failed'
        if (!(error instanceof AppError))
          options.telemetry.logger.error('call failed unexpectedly', { method: name, error })
        throw toConnectError(error)
      } finally {
        const durationMs = Math.round((performance.now() - startMs) * 100) / 100
        options.telemetry.logger.info('call', { method: name, outcome, durationMs })
      }
    }),
  )
}

/** The caller's trace, deadline and, when the call is about an order, its id on every log line. */
function contextOf(headers: Headers, input: unknown, deadlineMs: number): TraceContext {
  const more = Number.isFinite(deadlineMs) ? { deadlineMs } : {}
  const traceparent = headers.get(callHeaders.traceparent) ?? undefined
  const context = contextFromHeaders({ traceparent }, more) ?? newContext(more)
  const orderId = typeof input === 'object' && input !== null && 'orderId' in input ? input.orderId : undefined
  return typeof orderId === 'string' && orderId !== ''
    ? { ...context, logFields: { ...context.logFields, orderId } }
    : context
}

async function admit(options: RpcServerOptions, name: string, said: RpcMethod, headers: Headers): Promise<Principal> {
  const principal = await options.authenticate(headers.get(callHeaders.authorization) ?? undefined)
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
  const key = request.headers.get(callHeaders.idempotencyKey)
  if (key === null || key === '')
    throw new AppError('malformed', 'idempotency.key_required', 'a call that writes carries a key')
  const compensates = request.headers.get(callHeaders.compensates) ?? undefined
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
