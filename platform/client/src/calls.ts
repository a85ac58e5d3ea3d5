import type { DescMethodUnary, DescService } from '@bufbuild/protobuf'
import type { CallOptions, Picked, Service } from '@stoa/contract'
import type { Resolver } from '@stoa/discovery'
import type { NewId } from '@stoa/kernel'
import { callHeaders, statusNameOf, writeKey } from '@stoa/rpc'
import type { Mesh } from '@stoa/security'
import { attributes as names, currentContext, rpcCallDuration, traceHeaders, type Telemetry } from '@stoa/telemetry'
import type { Breakers } from './breakers.ts'
import { makeUpstream, type CallTokens, type Upstream } from './upstream.ts'

/** The cause of calls: the values added to each of them in addition to the options of the caller. */
export interface CallCause {
  /** The idempotency key of a write; if omitted, each call gets a new key. */
  readonly idempotencyKey?: string
  /** In a compensation: the key of the action it undoes. */
  readonly compensates?: string
  /** Milliseconds since the epoch; the deadline of the current context counts too. */
  readonly deadlineMs?: number
  /** Called for every attempt without a response: regardless of later attempts, the call may have had its effect. */
  readonly onUnanswered?: () => void
}

/** The options of the clients of a service. */
export interface CallClientOptions {
  readonly service: Service
  readonly resolver: Resolver
  readonly tokens: CallTokens
  /** One per method of each called instance; the creator closes them. */
  readonly breakers: Breakers
  readonly telemetry: Telemetry
  readonly newId: NewId
  /** Maximum milliseconds of one call including its retries; 7,000 by default. */
  readonly timeoutMs?: number
  /** The certificate with which calls are made; without one they are made in clear text. */
  readonly mesh?: Mesh | undefined
}

/** Typed clients of everything a service declares it calls. */
export interface CallClient {
  /** Returns the clients for one cause; cheap, created for each request or step. */
  readonly for: (cause: CallCause) => unknown
  readonly close: () => void
}

interface Target {
  readonly callee: string
  readonly method: DescMethodUnary
  readonly upstream: Upstream
  readonly durations: Durations
}

type Durations = ReturnType<typeof rpcCallDuration>

/**
 * Makes the clients of a service's declared calls: discovery, power of two choices, a breaker for each instance and method, retry
 * within a budget, bulkhead, deadline, service token and trace context. A call rejects with the error of the
 * callee, with `service.unavailable` or `request.deadline_exceeded` if its outcome is unknown, or with `service.no_instance` if there is no instance to call.
 */
export function connectCalls(options: CallClientOptions): CallClient {
  const upstreams: Upstream[] = []
  const durations = rpcCallDuration(options.telemetry.metrics, 'client')
  const targets = new Map<string, ReadonlyMap<string, Target>>()
  for (const [callee, picked] of Object.entries(options.service.calls as Record<string, Picked>)) {
    const { resolver, tokens, breakers, telemetry, mesh } = options
    const upstream = makeUpstream({ callee, resolver, tokens, breakers, telemetry, mesh })
    upstreams.push(upstream)
    targets.set(callee, methodsOf(picked, { callee, upstream, durations }))
  }
  return {
    for: makeClients(options, targets),
    close: () => upstreams.forEach((upstream) => upstream.close()),
  }
}

function methodsOf(picked: Picked, shared: Omit<Target, 'method'>): ReadonlyMap<string, Target> {
  const wanted = new Set<string>(picked.methods)
  const service = picked.service as DescService
  const methods = service.methods.filter((method) => wanted.has(method.localName))
  return new Map(methods.map((method) => [method.localName, { ...shared, method: method as DescMethodUnary }]))
}

/** The client of a service is made when a request first uses it: most requests call few services, or none. */
function makeClients(options: CallClientOptions, targets: ReadonlyMap<string, ReadonlyMap<string, Target>>) {
  class Clients {
    readonly #cause: CallCause
    constructor(cause: CallCause) {
      this.#cause = cause
    }
    static client(clients: Clients, methods: ReadonlyMap<string, Target>) {
      return clientOf(options, methods, clients.#cause)
    }
  }
  for (const [callee, methods] of targets) {
    Object.defineProperty(Clients.prototype, callee, {
      get(this: Clients) {
        return Clients.client(this, methods)
      },
    })
  }
  return (cause: CallCause) => new Clients(cause)
}

function clientOf(options: CallClientOptions, methods: ReadonlyMap<string, Target>, cause: CallCause) {
  const client: Record<string, unknown> = {}
  for (const [name, target] of methods) {
    client[name] = (request: object, callOptions: CallOptions = {}) =>
      call(options, target, request, cause, callOptions)
  }
  return client
}

async function call(
  options: CallClientOptions,
  target: Target,
  request: object,
  cause: CallCause,
  callOptions: CallOptions,
) {
  const { callee, method, upstream, durations } = target
  const name = `${method.parent.typeName}/${method.name}`
  const attributes = { [names.rpcSystemName]: 'connectrpc', [names.rpcMethod]: name, [names.serverAddress]: callee }
  return options.telemetry.inSpan(name, { kind: 'client', attributes }, async (span) => {
    const startMs = performance.now()
    const context = currentContext()
    const headers = {
      [callHeaders.idempotencyKey]: writeKey(callOptions.idempotencyKey ?? cause.idempotencyKey ?? options.newId()),
      ...(cause.compensates === undefined ? {} : { [callHeaders.compensates]: writeKey(cause.compensates) }),
      ...(context === undefined ? {} : traceHeaders(context)),
    }
    const timeoutMs = callOptions.timeoutMs ?? options.timeoutMs ?? 7_000
    const deadlines = [Date.now() + timeoutMs, cause.deadlineMs, context?.deadlineMs].filter((at) => at !== undefined)
    const { onUnanswered } = cause
    const deadlineMs = Math.min(...deadlines)
    const attemptMs = Math.min(5_000, timeoutMs)
    let failure: unknown
    try {
      return await upstream.call({
        method,
        request,
        headers,
        deadlineMs,
        attemptMs,
        signal: callOptions.signal,
        onUnanswered,
      })
    } catch (error) {
      failure = error
      throw error
    } finally {
      const status = statusNameOf(failure)
      span.setAttribute(names.rpcStatusCode, status)
      durations.observe((performance.now() - startMs) / 1_000, { rpc_method: name, rpc_status_code: status })
    }
  })
}
