import { type AppError, platformError } from '@stoa/kernel'
import { sleep, systemTime, type CircuitBreaker } from '@stoa/resilience'
import type { ProxiedRequest } from './exchange.ts'
import { requestTimeoutMs } from './policies/deadline.ts'
import { isRepeatable } from './policies/repeat.ts'
import type { OutgoingBody } from './upstream/connection.ts'
import { attempt, type AttemptOutcome } from './upstream/attempt.ts'
import type { Target, Upstream } from './upstream/upstreams.ts'

/** What became of a request. */
export interface Proxied {
  readonly status: number
  /** Undefined if no service was called. */
  readonly instance: string | undefined
  readonly attempts: number
  /** The cache status, on routes with shared responses. */
  readonly cache?: string | undefined
}

interface ProxyOptions {
  readonly exchange: ProxiedRequest
  readonly upstream: Upstream
  readonly body: OutgoingBody
  readonly trace: { readonly traceparent?: string; readonly tracestate?: string }
  readonly extraHeaders: readonly string[]
}

const maxRetries = 3
const streamIdleMs = 60_000

/**
 * Sends a request to an instance of its service, and retries on another instance after a failure: only repeatable requests, within
 * the budget and the deadline, and never after a byte of the response was sent. Throws if no attempt got a response.
 */
export async function proxy(options: ProxyOptions): Promise<Proxied> {
  const { exchange, upstream } = options
  const canRepeat = isRepeatable(exchange.route, exchange.head)
  upstream.budget.onCall()
  let tried: Set<string> | undefined
  for (let attempts = 1; ; attempts++) {
    const target = upstream.choose(exchange.route.group, tried, exchange.version)
    const mayRetry = !exchange.route.isStream && exchange.route.isUpload !== true && attempts <= maxRetries
    const outcome = await tryTarget(options, target, { mayRetry, isRepeatable: canRepeat })
    if (outcome.kind === 'answered') return { status: outcome.status, instance: target.instance.id, attempts }
    const hasMore = await mayGoOn(options, outcome, attempts, mayRetry && (canRepeat || outcome.kind === 'unwell'))
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
  repeat: { readonly mayRetry: boolean; readonly isRepeatable: boolean },
): Promise<AttemptOutcome> {
  const breaker = target.breaker(exchange.route.group)
  if (!breaker.tryAcquire()) throw breaker.refusal()
  const { generation } = breaker
  const leftMs = exchange.deadlineMs - Date.now()
  if (leftMs <= 0) {
    breaker.onCancelled(generation)
    throw platformError('request.deadline_exceeded', 'The deadline of the request has passed.')
  }
  const usualMs = requestTimeoutMs(exchange.route, exchange.head)
  const isStream = exchange.route.isStream
  const outcome = await attempt({
    exchange,
    target,
    body,
    timeoutMs: Math.min(leftMs, usualMs),
    idleTimeoutMs: isStream || exchange.route.isDownload === true ? streamIdleMs : undefined,
    trace,
    extraHeaders,
    ...repeat,
  })
  const isGivenUp =
    exchange.response.destroyed || (outcome.kind === 'failed' && outcome.why === 'late' && leftMs < usualMs)
  settle(breaker, generation, outcome, isGivenUp)
  return outcome
}

/** What an attempt shows about the instance: any response counts as a success, even an error because of another service. */
function settle(breaker: CircuitBreaker, generation: number, outcome: AttemptOutcome, isGivenUp: boolean): void {
  if (outcome.kind !== 'failed') breaker.onSuccess(generation)
  else if (isGivenUp || outcome.why === 'stale') breaker.onCancelled(generation)
  else if (outcome.why === 'late') breaker.onTimeout(generation, 'no response in time')
  else breaker.onFailure(generation, reasonOf(outcome.error))
}

function reasonOf({ cause, message }: AppError): string {
  return cause instanceof Error ? cause.message : message
}

async function mayGoOn(
  { exchange, upstream }: ProxyOptions,
  outcome: AttemptOutcome,
  attempts: number,
  mayRetry: boolean,
): Promise<boolean> {
  if (!mayRetry || exchange.response.destroyed || !upstream.budget.tryRetry()) return false
  if (outcome.kind === 'failed' && outcome.why === 'stale') return true
  const delayMs = Math.random() * 100 * 2 ** (attempts - 1)
  if (Date.now() + delayMs >= exchange.deadlineMs) return false
  await sleep(systemTime, delayMs)
  return !exchange.response.destroyed
}
