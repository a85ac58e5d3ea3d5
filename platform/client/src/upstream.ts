import type { DescMethodUnary } from '@bufbuild/protobuf'
import { powerOfTwoChoices, type Instance, type Resolver } from '@stoa/discovery'
import { AppError, isAppError } from '@stoa/kernel'
import { bulkhead, circuitBreaker, remainingMs, retry, retryBudget, wrap, type CircuitBreaker } from '@stoa/resilience'
import { callHeaders, connectRpc, type RpcConnection } from '@stoa/rpc'
import type { Telemetry } from '@stoa/telemetry'
import { watchReadiness } from './watch-readiness.ts'

/** One attempt's worth of a call. */
export interface UpstreamCall {
  readonly method: DescMethodUnary
  readonly request: object
  readonly headers: Readonly<Record<string, string>>
  readonly deadlineMs: number
  readonly signal: AbortSignal | undefined
  /** Told when an attempt that was sent came to no answer. */
  readonly onUnanswered: (() => void) | undefined
}

/** The tokens that a service shows to those it calls. */
export interface CallTokens {
  /** A token for this callee. */
  readonly token: (audience: string) => Promise<string>
  /** Drops a token that the callee has refused, so that the next is another. */
  readonly forget: (refused: { readonly audience: string; readonly token: string }) => void
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
  readonly tokens: CallTokens
  readonly telemetry: Telemetry
}

/** Calls one of a service's instances: retried elsewhere when one is unwell, never past the deadline or the budget. */
export function makeUpstream({ callee, resolver, tokens, telemetry }: UpstreamOptions): Upstream {
  const endpoints = makeEndpoints(callee, resolver)
  const policy = wrap(bulkhead({ name: callee }), retry({ name: callee, budget: retryBudget() }))
  const attempts = telemetry.metrics.counter('rpc_client_attempts_total', 'Attempts of calls to other services', [
    'callee',
    'outcome',
  ])

  async function attempt(call: UpstreamCall, tried: Set<string>): Promise<object> {
    const { method, request, headers, deadlineMs, signal } = call
    const { breaker, connection, instance } = endpoints.choose(tried)
    tried.add(instance.id)
    const token = await tokens.token(callee)
    const sent = {
      ...headers,
      [callHeaders.authorization]: `Bearer ${token}`,
      [callHeaders.deadline]: String(Math.floor(deadlineMs)),
    }
    if (!breaker.tryAcquire()) throw breaker.refusal()
    const { generation } = breaker
    endpoints.balancer.onStart?.(instance.id)
    try {
      const timeoutMs = attemptTimeoutMs(deadlineMs)
      const answer = await connection.unary(method, request, { headers: sent, timeoutMs, signal })
      breaker.onSuccess(generation)
      attempts.add(1, { callee, outcome: 'ok' })
      return answer
    } catch (error) {
      settle(breaker, generation, error, signal)
      if (isTokenRefused(error)) tokens.forget({ audience: callee, token })
      if (!(error instanceof AppError) || error.retryable) call.onUnanswered?.()
      attempts.add(1, { callee, outcome: error instanceof AppError ? error.kind : 'failed' })
      throw error
    } finally {
      endpoints.balancer.onEnd?.(instance.id)
    }
  }

  return {
    call(call) {
      const tried = new Set<string>()
      return policy.execute(() => admitted(callee, () => attempt(call, tried)), {
        deadline: call.deadlineMs,
        signal: call.signal,
      })
    },
    close: endpoints.close,
  }
}

/** The instances of a callee with their connections and breakers, as the resolver knows them. */
function makeEndpoints(callee: string, resolver: Resolver) {
  const endpoints = new Map<string, Endpoint>()
  const balancer = powerOfTwoChoices()
  const isWell = ({ id }: Instance) => endpoints.get(id)?.breaker.canAcquire() !== false

  function endpointOf(instance: Instance): Endpoint {
    const known = endpoints.get(instance.id)
    if (known !== undefined) return known
    const breaker = circuitBreaker({ name: `${callee} ${instance.id}` })
    const connection = connectRpc(instance.host, instance.port, callee)
    const endpoint = { instance, breaker, connection, stopWatching: watchReadiness(instance, breaker) }
    endpoints.set(instance.id, endpoint)
    return endpoint
  }

  function forgetAllBut(live: ReadonlySet<string>): void {
    for (const [id, endpoint] of endpoints) {
      if (live.has(id)) continue
      endpoints.delete(id)
      endpoint.stopWatching()
      endpoint.connection.close()
    }
  }

  const stopFollowing = resolver.onChange(callee, (instances) => forgetAllBut(new Set(instances.map(({ id }) => id))))
  return {
    balancer,
    /** A well instance that this call has not tried, else any that is well, else any. */
    choose(tried: ReadonlySet<string>): Endpoint {
      const all = resolver.resolve(callee)
      const isFresh = (one: Instance) => !tried.has(one.id) && isWell(one)
      const fresh = tried.size === 0 ? undefined : balancer.pick(all, undefined, isFresh)
      const instance = fresh ?? balancer.pick(all, undefined, isWell) ?? balancer.pick(all)
      if (instance !== undefined) return endpointOf(instance)
      throw new AppError('unavailable', 'service.no_instance', `no instance of ${callee} is known`)
    },
    close() {
      stopFollowing()
      forgetAllBut(new Set())
    },
  }
}

function settle(breaker: CircuitBreaker, generation: number, error: unknown, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) breaker.onCancelled(generation)
  else if (error instanceof AppError && error.kind !== 'unavailable' && error.kind !== 'timeout')
    breaker.onSuccess(generation)
  else breaker.onFailure(generation)
}

/**
 * An attempt, and another where our own token was refused: its key may have been withdrawn since. Refused again it is our
 * trouble that may pass, and nothing that whoever asked us could mend by signing in.
 */
async function admitted(callee: string, attempt: () => Promise<object>): Promise<object> {
  try {
    return await attempt().catch((error: unknown) => {
      if (isTokenRefused(error)) return attempt()
      throw error
    })
  } catch (cause) {
    if (!isTokenRefused(cause)) throw cause
    throw new AppError('unavailable', 'service.unavailable', `${callee} does not accept our token`, { cause })
  }
}

function isTokenRefused(error: unknown): boolean {
  return isAppError(error, 'auth.token_invalid')
}

function attemptTimeoutMs(deadlineMs: number): number {
  return Math.max(1, Math.min(5_000, remainingMs(deadlineMs, Date.now())))
}
