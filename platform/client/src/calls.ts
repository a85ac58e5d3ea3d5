import type { DescMethodUnary, DescService } from '@bufbuild/protobuf'
import type { CallOptions, Picked, Service } from '@stoa/contract'
import type { Resolver } from '@stoa/discovery'
import type { NewId } from '@stoa/kernel'
import { callHeaders } from '@stoa/rpc'
import { currentContext, traceHeaders, type Telemetry } from '@stoa/telemetry'
import { makeUpstream, type CallTokens, type Upstream } from './upstream.ts'

/** Why calls are made: what stands on each of them besides what the caller says. */
export interface CallCause {
  /** The key a write stands under; a new one for each call when nothing says it. */
  readonly idempotencyKey?: string
  /** In a compensation: the key of the action it undoes. */
  readonly compensates?: string
  /** Milliseconds since the epoch; the deadline of the current context counts too. */
  readonly deadlineMs?: number
  /** Told of every attempt that gets no answer: whatever a later one says, the call may have had its effect. */
  readonly onUnanswered?: () => void
}

/** What the clients of a service are made from. */
export interface CallClientOptions {
  readonly service: Service
  readonly resolver: Resolver
  readonly tokens: CallTokens
  readonly telemetry: Telemetry
  readonly newId: NewId
  /** Milliseconds one call may take with its retries; 7,000 when not said. */
  readonly timeoutMs?: number
}

/** Typed clients of everything a service declares it calls. */
export interface CallClient {
  /** The clients for one cause; cheap, made for each request or step. */
  readonly for: (cause: CallCause) => unknown
  readonly close: () => void
}

interface Target {
  readonly callee: string
  readonly method: DescMethodUnary
  readonly upstream: Upstream
}

/**
 * Makes the clients of a service's declared calls: discovery, power of two choices, a breaker for each instance, retry
 * within a budget, bulkhead, deadline, service token and trace context. A call rejects with the callee's refusal, or
 * with `service.unavailable` or `request.deadline_exceeded` when its outcome is unknown, `service.no_instance` when nobody
 * could be asked.
 */
export function connectCalls(options: CallClientOptions): CallClient {
  const upstreams: Upstream[] = []
  const targets = new Map<string, ReadonlyMap<string, Target>>()
  for (const [callee, picked] of Object.entries(options.service.calls as Record<string, Picked>)) {
    const { resolver, tokens, telemetry } = options
    const upstream = makeUpstream({ callee, resolver, tokens, telemetry })
    upstreams.push(upstream)
    targets.set(callee, methodsOf(callee, picked, upstream))
  }
  return {
    for: (cause) => clientsFor(options, targets, cause),
    close: () => upstreams.forEach((upstream) => upstream.close()),
  }
}

function methodsOf(callee: string, picked: Picked, upstream: Upstream): ReadonlyMap<string, Target> {
  const wanted = new Set<string>(picked.methods)
  const service = picked.service as DescService
  const methods = service.methods.filter((method) => wanted.has(method.localName))
  return new Map(methods.map((method) => [method.localName, { callee, method: method as DescMethodUnary, upstream }]))
}

function clientsFor(
  options: CallClientOptions,
  targets: ReadonlyMap<string, ReadonlyMap<string, Target>>,
  cause: CallCause,
) {
  const clients: Record<string, Record<string, unknown>> = {}
  for (const [callee, methods] of targets) {
    const client: Record<string, unknown> = {}
    for (const [name, target] of methods) {
      client[name] = (request: object, said: CallOptions = {}) => call(options, target, request, cause, said)
    }
    clients[callee] = client
  }
  return clients
}

async function call(options: CallClientOptions, target: Target, request: object, cause: CallCause, said: CallOptions) {
  const { callee, method, upstream } = target
  const name = `${method.parent.typeName}/${method.name}`
  const attributes = { 'rpc.system': 'connect_rpc', 'rpc.method': name, 'server.address': callee }
  return options.telemetry.inSpan(name, { kind: 'client', attributes }, async () => {
    const context = currentContext()
    const headers = {
      [callHeaders.idempotencyKey]: said.idempotencyKey ?? cause.idempotencyKey ?? options.newId(),
      ...(cause.compensates === undefined ? {} : { [callHeaders.compensates]: cause.compensates }),
      ...(context === undefined ? {} : traceHeaders(context)),
    }
    const timeoutMs = said.timeoutMs ?? options.timeoutMs ?? 7_000
    const deadlines = [Date.now() + timeoutMs, cause.deadlineMs, context?.deadlineMs].filter((at) => at !== undefined)
    const { onUnanswered } = cause
    const deadlineMs = Math.min(...deadlines)
    return upstream.call({ method, request, headers, deadlineMs, signal: said.signal, onUnanswered })
  })
}
