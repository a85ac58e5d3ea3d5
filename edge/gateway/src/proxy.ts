import { AppError } from '@stoa/kernel'
import { sleep, systemTime } from '@stoa/resilience'
import type { Exchange } from './exchange.ts'
import { requestTimeoutMs } from './policies/deadline.ts'
import { isRepeatable } from './policies/repeat.ts'
import { attempt, type Outcome } from './upstream/attempt.ts'
import type { Target, Upstream } from './upstream/upstreams.ts'

/** What became of a request. */
export interface Proxied {
  readonly status: number
  /** Undefined when no service was asked. */
  readonly instance: string | undefined
  readonly attempts: number
  /** How the cache answered, on routes whose answers are shared. */
  readonly cache?: string | undefined
}

interface ProxyOptions {
  readonly exchange: Exchange
  readonly upstream: Upstream
  readonly body: Buffer | undefined
  readonly trace: { readonly traceparent?: string; readonly tracestate?: string }
  readonly extraHeaders: readonly string[]
}

const maxRetries = 3
const streamIdleMs = 60_000

/**
 * Sends a request to an instance of its service, and elsewhere when that fails: only what may be repeated, within the
 * budget and the deadline, never once a byte of an answer has gone out. Throws the refusal when no attempt was answered.
 */
export async function proxy(options: ProxyOptions): Promise<Proxied> {
  const { exchange, upstream } = options
  const canRepeat = isRepeatable(exchange.route, exchange.head)
  upstream.budget.onCall()
  let tried: Set<string> | undefined
  for (let attempts = 1; ; attempts++) {
    const target = upstream.choose(tried)
    const mayRetry = canRepeat && attempts <= maxRetries
    const outcome = await tryTarget(options, target, mayRetry)
    if (outcome.kind === 'answered') return { status: outcome.status, instance: target.instance.id, attempts }
    const hasMore = await mayGoOn(options, outcome, attempts, mayRetry)
    if (hasMore) {
      tried = (tried ?? new Set()).add(target.instance.id)
      continue
    }
    if (outcome.kind === 'failed') throw outcome.error
    outcome.sendAnyway()
    return { status: outcome.status, instance: target.instance.id, attempts }
  }
}

async function tryTarget(
  { exchange, body, trace, extraHeaders }: ProxyOptions,
  target: Target,
  mayRetry: boolean,
): Promise<Outcome> {
  const { breaker } = target
  if (!breaker.tryAcquire()) throw breaker.refusal()
  const { generation } = breaker
  const leftMs = exchange.deadlineMs - Date.now()
  if (leftMs <= 0) {
    breaker.onCancelled(generation)
    throw new AppError('timeout', 'request.deadline_exceeded', 'The time for this request is over.')
  }
  const timeoutMs = Math.min(leftMs, requestTimeoutMs(exchange.route, exchange.head))
  const isStream = exchange.route.isStream
  const outcome = await attempt({
    exchange,
    target,
    body,
    timeoutMs,
    idleTimeoutMs: isStream ? streamIdleMs : undefined,
    trace,
    extraHeaders,
    mayRetry,
  })
  if (exchange.response.destroyed && outcome.kind === 'failed') breaker.onCancelled(generation)
  else if (outcome.kind === 'failed' || isUnwell(outcome.status)) breaker.onFailure(generation)
  else breaker.onSuccess(generation)
  return outcome
}

async function mayGoOn(
  { exchange, upstream }: ProxyOptions,
  outcome: Outcome,
  attempts: number,
  mayRetry: boolean,
): Promise<boolean> {
  if (!mayRetry || exchange.response.destroyed || !upstream.budget.tryRetry()) return false
  // a kept connection that the upstream has closed meanwhile says nothing about the upstream
  if (outcome.kind === 'failed' && outcome.wasStale) return true
  const delayMs = Math.random() * 100 * 2 ** (attempts - 1)
  if (Date.now() + delayMs >= exchange.deadlineMs) return false
  await sleep(systemTime, delayMs)
  return true
}

function isUnwell(status: number): boolean {
  return status >= 502 && status <= 504
}
