import { type AppError, platformError } from '@stoa/kernel'
import type { Observer } from './events.ts'
import { makePolicy, type Layer, type Policy } from './policy.ts'
import { positive, wholeNumber } from './settings.ts'
import { monotonicMs } from './time.ts'

/** Settings of a rate limiter: `limit` calls in `windowSeconds`, per key. */
export interface RateLimiterOptions {
  readonly name?: string
  readonly limit: number
  readonly windowSeconds?: number
  /** The size of the bucket: calls at once after a pause (`limit`). */
  readonly burst?: number
  /** Keys remembered (100,000); the ones not seen for longest are forgotten, which fills their buckets. */
  readonly maxKeys?: number
  readonly nowMs?: () => number
  readonly observer?: Observer | undefined
}

/** The state of a bucket, in whole seconds as `RateLimit` and `Retry-After` require. */
export interface RateDecision {
  readonly allowed: boolean
  /** Calls that would be let through right now. */
  readonly remaining: number
  /** Until the bucket is full again. */
  readonly resetSeconds: number
  /** Until this call would be let through; 0 when it was. */
  readonly retryAfterSeconds: number
}

/** A token bucket for each key; as a policy it takes the key from the call's options. */
export interface RateLimiter extends Policy {
  readonly name: string
  readonly limit: number
  readonly windowSeconds: number
  /** Takes `cost` tokens (default 1) if available, else none. */
  take(key: string, cost?: number): RateDecision
  /** Fills the key's bucket. */
  reset(key: string): void
  /** The refusal `rate_limited` with Retry-After. */
  refusal(decision: RateDecision): AppError
}

/** Makes a limiter with full buckets. Throws RangeError for an invalid setting. */
export function rateLimiter(options: RateLimiterOptions): RateLimiter {
  return new TokenBuckets(options)
}

/** A bucket in one number: when it will be full again, in monotonic ms. Changed in place, so a call boxes no number. */
interface Bucket {
  fullAtMs: number
}

// Adding up fractions of a millisecond errs by less than this share of a token.
const tolerance = 1e-3

class TokenBuckets implements RateLimiter {
  readonly name: string
  readonly limit: number
  readonly windowSeconds: number
  readonly around: RateLimiter['around']
  readonly execute: RateLimiter['execute']
  private readonly msPerToken: number
  private readonly burst: number
  private readonly keysPerAge: number
  private readonly nowMs: () => number
  private readonly observer: Observer | undefined
  private young = new Map<string, Bucket>()
  private old = new Map<string, Bucket>()

  constructor(options: RateLimiterOptions) {
    this.name = options.name ?? 'default'
    this.limit = wholeNumber('limit', options.limit, 1)
    this.windowSeconds = positive('windowSeconds', options.windowSeconds ?? 60)
    this.msPerToken = (this.windowSeconds * 1_000) / this.limit
    this.burst = wholeNumber('burst', options.burst ?? this.limit, 1)
    this.keysPerAge = Math.ceil(wholeNumber('maxKeys', options.maxKeys ?? 100_000, 2) / 2)
    this.nowMs = options.nowMs ?? monotonicMs
    this.observer = options.observer
    const { around, execute } = makePolicy(guard(this))
    this.around = around
    this.execute = execute
  }

  take(key: string, cost = 1): RateDecision {
    const nowMs = this.nowMs()
    const bucket = this.bucketOf(key, nowMs)
    const spent = bucket.fullAtMs > nowMs ? (bucket.fullAtMs - nowMs) / this.msPerToken : 0
    const left = this.burst - spent + tolerance
    if (left >= cost) {
      bucket.fullAtMs = (spent > 0 ? bucket.fullAtMs : nowMs) + cost * this.msPerToken
      return decision(true, left - cost, bucket.fullAtMs - nowMs, 0)
    }
    this.observer?.onEvent({ type: 'rate_limited', name: this.name })
    return decision(false, left, bucket.fullAtMs - nowMs, (cost - left + tolerance) * this.msPerToken)
  }

  reset(key: string): void {
    this.young.delete(key)
    this.old.delete(key)
  }

  refusal(of: RateDecision): AppError {
    return platformError('request.rate_limited', `more than ${this.limit} calls in ${this.windowSeconds} s`, {
      retryAfterSeconds: of.retryAfterSeconds,
    })
  }

  // Two ages instead of an order of use: a key that is used moves to the young, and when these are many, the old go.
  private bucketOf(key: string, nowMs: number): Bucket {
    const known = this.young.get(key)
    if (known !== undefined) return known
    const bucket = this.old.get(key) ?? { fullAtMs: nowMs }
    if (this.young.size >= this.keysPerAge) {
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(key, bucket)
    return bucket
  }
}

/**
 * The decision about one call, from what is spent in tokens (after the call, if it was allowed), for buckets that are kept elsewhere;
 * their burst is the limit.
 */
export function rateDecision(
  { limit, windowSeconds }: Pick<RateLimiter, 'limit' | 'windowSeconds'>,
  { isAllowed, spent }: { readonly isAllowed: boolean; readonly spent: number },
): RateDecision {
  const msPerToken = (windowSeconds * 1_000) / limit
  const left = limit - spent + tolerance
  return decision(isAllowed, left, spent * msPerToken, isAllowed ? 0 : (1 - left + tolerance) * msPerToken)
}

function decision(allowed: boolean, left: number, fullInMs: number, waitMs: number): RateDecision {
  return {
    allowed,
    remaining: Math.max(0, Math.floor(left)),
    resetSeconds: Math.max(0, Math.ceil(fullInMs / 1_000)),
    retryAfterSeconds: waitMs > 0 ? Math.max(1, Math.ceil(waitMs / 1_000)) : 0,
  }
}

function guard(limiter: RateLimiter): (next: Layer) => Layer {
  return (next) => (call, scope) => {
    const taken = limiter.take(scope.key ?? '')
    return taken.allowed ? next(call, scope) : Promise.reject(limiter.refusal(taken))
  }
}
