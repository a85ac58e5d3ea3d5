import type { DescMethodUnary } from '@bufbuild/protobuf'
import { powerOfTwoChoices, type Instance, type Resolver } from '@stoa/discovery'
import { AppError } from '@stoa/kernel'
import { bulkhead, circuitBreaker, remainingMs, retry, retryBudget, wrap, type CircuitBreaker } from '@stoa/resilience'
import { callHeaders, connectRpc, type RpcConnection } from '@stoa/rpc'
import type { Telemetry } from '@stoa/telemetry'
import { watchReadiness } from './watch-readiness.ts'

/** One attempt's worth of a call. */
export interface UpstreamCall {
  readonly method: DescMethodUnary
  readonly request: object
  readonly headers: Headers
  readonly token: () => Promise<string>
  readonly deadlineMs: number
  readonly signal: AbortSignal | undefined
}

/** All instances of one callee, as one caller sees them. */
export interface Upstream {
  readonly call: (call: UpstreamCall) => Promise<object>
  readonly close: () => void
}

interface Endpoint {
  readonly instance: Instance
  readonly connection: RpcConnection
  readonly breaker: CircuitBreaker
  readonly stopWatching: () => void
}

interface UpstreamOptions {
  readonly callee: string
  readonly resolver: Resolver
  readonly telemetry: Telemetry
}

/** Calls one of a service's instances: retried elsewhere when one is unwell, never past the deadline or the budget. */
export function makeUpstream({ callee, resolver, telemetry }: UpstreamOptions): Upstream {
  const endpoints = new Map<string, Endpoint>()
  const balancer = powerOfTwoChoices()
  const policy = wrap(bulkhead({ name: callee }), retry({ name: callee, budget: retryBudget() }))
  const attempts = telemetry.metrics.counter('rpc_client_attempts_total', 'Attempts of calls to other services', [
    'callee',
    'outcome',
  ])

  function endpointOf(instance: Instance): Endpoint {
    const known = endpoints.get(instance.id)
    if (known !== undefined) return known
    const breaker = circuitBreaker({ name: `${callee} ${instance.id}` })
    const connection = connectRpc(instance.host, instance.port, callee)
    const endpoint = { instance, breaker, connection, stopWatching: watchReadiness(instance, breaker) }
    endpoints.set(instance.id, endpoint)
    return endpoint
  }

  const stopFollowing = resolver.onChange(callee, () => {
    const live = new Set(resolver.resolve(callee).map((instance) => instance.id))
    for (const [id, endpoint] of endpoints) if (!live.has(id)) forget(id, endpoint)
  })

  function forget(id: string, endpoint: Endpoint): void {
    endpoints.delete(id)
    endpoint.stopWatching()
    endpoint.connection.close()
  }

  function isWell(instance: Instance): boolean {
    return endpoints.get(instance.id)?.breaker.state !== 'open'
  }

  function choose(): Endpoint {
    const all = resolver.resolve(callee)
    const instance = balancer.pick(all, undefined, isWell) ?? balancer.pick(all)
    if (instance === undefined)
      throw new AppError('unavailable', 'service.unavailable', `no instance of ${callee} is known`)
    return endpointOf(instance)
  }

  async function attempt({ method, request, headers, token, deadlineMs, signal }: UpstreamCall): Promise<object> {
    const { breaker, connection, instance } = choose()
    headers.set(callHeaders.authorization, await token())
    headers.set(callHeaders.deadline, String(Math.floor(deadlineMs)))
    if (!breaker.tryAcquire()) throw breaker.refusal()
    const { generation } = breaker
    balancer.onStart?.(instance.id)
    try {
      const answer = await connection.unary(method, request, {
        headers,
        timeoutMs: attemptTimeoutMs(deadlineMs),
        signal,
      })
      breaker.onSuccess(generation)
      attempts.add(1, { callee, outcome: 'ok' })
      return answer
    } catch (error) {
      settle(breaker, generation, error, signal)
      attempts.add(1, { callee, outcome: error instanceof AppError ? error.kind : 'failed' })
      throw error
    } finally {
      balancer.onEnd?.(instance.id)
    }
  }

  return {
    call: (call) => policy.execute(() => attempt(call), { deadline: call.deadlineMs, signal: call.signal }),
    close: () => {
      stopFollowing()
      for (const [id, endpoint] of endpoints) forget(id, endpoint)
    },
  }
}

function settle(breaker: CircuitBreaker, generation: number, error: unknown, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) breaker.onCancelled(generation)
  else if (error instanceof AppError && error.kind !== 'unavailable' && error.kind !== 'timeout')
    breaker.onSuccess(generation)
  else breaker.onFailure(generation)
}

function attemptTimeoutMs(deadlineMs: number): number {
  return Math.max(1, Math.min(5_000, remainingMs(deadlineMs, Date.now())))
}
