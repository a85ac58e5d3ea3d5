import { AppError } from '@stoa/kernel'
import {
  rateLimiter,
  rateLimitField,
  rateLimitPolicyField,
  type RateDecision,
  type RateLimiter,
} from '@stoa/resilience'
import type { Principal } from '@stoa/security'
import { limitedAddress } from '../client-address.ts'
import type { Route } from '../routes/route.ts'

/** The rate limit headers of a response. */
export interface RateHeaders {
  readonly policy: string
  readonly limit: string
}

/** The rate limits of one gateway, in memory. */
export interface RateLimits {
  /** Takes a token for the caller, and one for the route's class. Throws AppError `request.rate_limited`. */
  readonly take: (route: Route, principal: Principal, address: string) => RateHeaders
  /** Takes a token for an address whose request has no route or no valid token. Throws AppError `request.rate_limited`. */
  readonly takeForAddress: (address: string) => RateHeaders
  /** Refuses an address from which too many failed to sign in. */
  readonly checkSignIn: (address: string) => void
  readonly noteFailedSignIn: (address: string) => void
  /** Forgets what a client (subject or address) has used up. */
  readonly reset: (client: string) => void
}

const failedSignInsPerMinute = 20

/** Makes the limits; the scale multiplies all of them (the embedded profile takes 100). */
export function makeRateLimits(scale: number): RateLimits {
  const perMinute = (name: string, limit: number) => rateLimiter({ name, limit: limit * scale, windowSeconds: 60 })
  const publicLimit = perMinute('public', 100)
  const authenticated = perMinute('authenticated', 1_000)
  const premium = perMinute('premium', 10_000)
  const critical = perMinute('critical', 100)
  const signIns = perMinute('failed-sign-ins', failedSignInsPerMinute)
  const blocked = new Map<string, number>()
  const all = [publicLimit, authenticated, premium, critical, signIns]

  function limiterOf(principal: Principal): RateLimiter {
    if (isByAddress(principal)) return publicLimit
    return principal.tier === 'free' ? authenticated : premium
  }

  return {
    take(route, principal, address) {
      const client = clientKey(principal, address)
      const limiter = limiterOf(principal)
      const own = spend(limiter, client)
      if (route.rateClass === 'critical') {
        const decision = spend(critical, client)
        if (decision.remaining < own.remaining) return headersOf(critical, decision)
      }
      return headersOf(limiter, own)
    },
    takeForAddress: (address) => headersOf(publicLimit, spend(publicLimit, limitedAddress(address))),
    checkSignIn(from) {
      const address = limitedAddress(from)
      const untilMs = blocked.get(address)
      if (untilMs === undefined) return
      const leftMs = untilMs - performance.now()
      if (leftMs > 0) throw limited(Math.ceil(leftMs / 1_000))
      blocked.delete(address)
    },
    noteFailedSignIn(from) {
      const address = limitedAddress(from)
      const decision = signIns.take(address)
      if (!decision.allowed) blocked.set(address, performance.now() + decision.retryAfterSeconds * 1_000)
    },
    reset(name) {
      const client = limitedAddress(name)
      blocked.delete(client)
      for (const limiter of all) limiter.reset(client)
    },
  }
}

/** Returns the key of a request for limits: its account; for anonymous callers and guests, which anyone can create, its address. */
export function clientKey(principal: Principal, address: string): string {
  return isByAddress(principal) ? limitedAddress(address) : principal.subject
}

function isByAddress({ kind, roles }: Principal): boolean {
  return kind === 'anonymous' || roles.includes('guest')
}

function spend(limiter: RateLimiter, client: string): RateDecision {
  const decision = limiter.take(client)
  if (!decision.allowed) throw limited(decision.retryAfterSeconds, headersOf(limiter, decision))
  return decision
}

function headersOf(limiter: RateLimiter, decision: RateDecision): RateHeaders {
  return { policy: rateLimitPolicyField(limiter), limit: rateLimitField(limiter.name, decision) }
}

/** An error with the headers of its response. */
export class RateLimited extends AppError {
  readonly rate: RateHeaders | undefined

  constructor(retryAfterSeconds: number, rate: RateHeaders | undefined) {
    super('rate_limited', 'request.rate_limited', 'Too many requests; retry later.', { retryAfterSeconds })
    this.rate = rate
  }
}

function limited(retryAfterSeconds: number, rate?: RateHeaders): RateLimited {
  return new RateLimited(retryAfterSeconds, rate)
}
