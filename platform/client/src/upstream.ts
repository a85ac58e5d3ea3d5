import type { DescMethodUnary } from '@bufbuild/protobuf'
import { powerOfTwoChoices, type Instance, type Resolver } from '@stoa/discovery'
import { isAppError, platformError } from '@stoa/kernel'
import {
  bulkhead,
  formatGrpcTimeout,
  isRetryableError,
  remainingMs,
  retry,
  retryBudget,
  wrap,
  type CircuitBreaker,
} from '@stoa/resilience'
import { callHeaders, connectRpc, Unanswered, type RpcConnection } from '@stoa/rpc'
import type { Mesh } from '@stoa/security'
import type { Telemetry } from '@stoa/telemetry'
import type { Breakers } from './breakers.ts'

/** One attempt's worth of a call. */
export interface UpstreamCall {
  readonly method: DescMethodUnary
  readonly request: object
  readonly headers: Readonly<Record<string, string>>
  readonly deadlineMs: number
  /** Milliseconds that an attempt may take when the deadline leaves them. */
  readonly attemptMs: number
  readonly signal: AbortSignal | undefined
  /** Called when a sent attempt got no response. */
  readonly onUnanswered: (() => void) | undefined
}

/** The tokens that a service sends to its callees. */
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

interface UpstreamOptions {
  readonly callee: string
  readonly resolver: Resolver
  readonly tokens: CallTokens
  readonly breakers: Breakers
  readonly telemetry: Telemetry
  readonly mesh: Mesh | undefined
}

/** Calls one of a service's instances: retried elsewhere when one is unwell, never past the deadline or the budget. */
export function makeUpstream({ callee, resolver, tokens, breakers, telemetry, mesh }: UpstreamOptions): Upstream {
  const endpoints = makeEndpoints({ callee, resolver, breakers, mesh })
  const policy = wrap(bulkhead({ name: callee }), retry({ name: callee, budget: retryBudget(), isRetryable }))
  const attempts = telemetry.metrics.counter('rpc_client_attempts_total', 'Attempted calls to other services', [
    'callee',
    'outcome',
  ])

  async function attempt(call: UpstreamCall, tried: Set<string>): Promise<object> {
    const { method, request, headers, deadlineMs, signal } = call
    const { instance, connection } = endpoints.choose(method.localName, tried)
    const breaker = breakers.of(instance, method.localName)
    tried.add(instance.id)
    const token = await tokens.token(callee)
    const leftMs = remainingMs(deadlineMs, Date.now())
    const sent = {
      ...headers,
      [callHeaders.authorization]: `Bearer ${token}`,
      [callHeaders.deadline]: String(Math.floor(deadlineMs)),
      [callHeaders.timeout]: formatGrpcTimeout(leftMs),
    }
    if (!breaker.tryAcquire()) throw breaker.refusal()
    const { generation } = breaker
    endpoints.balancer.onStart?.(instance.id)
    try {
      const timeoutMs = Math.max(1, Math.min(call.attemptMs, leftMs))
      const answer = await connection.unary(method, request, { headers: sent, timeoutMs, signal })
      breaker.onSuccess(generation)
      attempts.add(1, { callee, outcome: 'ok' })
      return answer
    } catch (error) {
      settle(breaker, generation, error, leftMs >= call.attemptMs * 0.9)
      if (isTokenRefused(error)) tokens.forget({ audience: callee, token })
      if (isAppError(error) && error.retryable) call.onUnanswered?.()
      attempts.add(1, { callee, outcome: isAppError(error) ? error.kind : 'failed' })
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

/** A circuit that stays open is no reason to hold the caller: it refuses at once; one that is half-open may let the next call through. */
function isRetryable(error: unknown): boolean {
  const isHeldOpen = isAppError(error, 'service.circuit_open') && (error.retryAfterSeconds ?? 0) > 1
  return isRetryableError(error) && !isHeldOpen
}

interface Endpoint {
  readonly instance: Instance
  readonly connection: RpcConnection
}

/** The instances of a callee according to the resolver, with their connections. */
function makeEndpoints({ callee, resolver, breakers, mesh }: Omit<UpstreamOptions, 'tokens' | 'telemetry'>) {
  const endpoints = new Map<string, Endpoint>()
  const balancer = powerOfTwoChoices()

  function endpointOf(instance: Instance): Endpoint {
    const known = endpoints.get(instance.id)
    if (known !== undefined) return known
    const endpoint = { instance, connection: connectRpc(instance.host, instance.port, callee, mesh) }
    endpoints.set(instance.id, endpoint)
    return endpoint
  }

  function forgetAllBut(live: ReadonlySet<string>): void {
    breakers.forgetAllBut(callee, live)
    for (const [id, endpoint] of endpoints) {
      if (live.has(id)) continue
      endpoints.delete(id)
      endpoint.connection.close()
    }
  }

  const stopFollowing = resolver.onChange(callee, (instances) => forgetAllBut(new Set(instances.map(({ id }) => id))))
  return {
    balancer,
    /** A well instance that this call has not tried, else any that is well, else any. */
    choose(method: string, tried: ReadonlySet<string>): Endpoint {
      const all = resolver.resolve(callee)
      const isWell = ({ id }: Instance) => !breakers.isRefused(id, method)
      const isFresh = (one: Instance) => !tried.has(one.id) && isWell(one)
      const fresh = tried.size === 0 ? undefined : balancer.pick(all, undefined, isFresh)
      const instance = fresh ?? balancer.pick(all, undefined, isWell) ?? balancer.pick(all)
      if (instance !== undefined) return endpointOf(instance)
      throw platformError('service.no_instance', `no instance of ${callee} is known`)
    },
    close() {
      stopFollowing()
      forgetAllBut(new Set())
    },
  }
}

/**
 * What an attempt shows about the instance. Every response counts as a success, also an error; an attempt that was not
 * sent, was abandoned by the caller, or was cut short by its deadline shows nothing.
 */
function settle(breaker: CircuitBreaker, generation: number, error: unknown, hadItsTime: boolean): void {
  if (error instanceof Unanswered) {
    if (error.why === 'lost') breaker.onFailure(generation, reasonOf(error))
    else if (error.why === 'late' && hadItsTime) breaker.onTimeout(generation, 'no response in time')
    else breaker.onCancelled(generation)
  } else if (isAppError(error)) breaker.onSuccess(generation)
  else breaker.onCancelled(generation)
}

function reasonOf({ cause }: Unanswered): string {
  return cause instanceof Error ? cause.message : 'the connection was lost'
}

/**
 * Makes an attempt, and a second one if the callee rejected our token, whose key may have been revoked. If the retry is
 * rejected too, the fault is ours and may pass; our caller could not fix it by signing in, so it gets `service.unavailable`.
 */
async function admitted(callee: string, attempt: () => Promise<object>): Promise<object> {
  try {
    return await attempt().catch((error: unknown) => {
      if (isTokenRefused(error)) return attempt()
      throw error
    })
  } catch (cause) {
    if (!isTokenRefused(cause)) throw cause
    throw platformError('service.unavailable', `${callee} does not accept our token`, { cause })
  }
}

function isTokenRefused(error: unknown): boolean {
  return isAppError(error, 'auth.token_invalid')
}
