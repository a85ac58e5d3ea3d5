import { PlatformError, platformError } from '@stoa/kernel'
import {
  rateLimiter,
  rateLimitField,
  rateLimitPolicyField,
  type RateDecision,
  type RateLimiter,
} from '@stoa/resilience'
import { createBoundedCache, type Principal } from '@stoa/security'
import { limitedAddress } from '../client-address.ts'
import type { SharedBuckets } from '../limits-in-redis/shared-buckets.ts'
import type { Route } from '../routes/route.ts'

/** The rate limit headers of a response. */
export interface RateHeaders {
  readonly policy: string
  readonly limit: string
}

/** At once if it is decided in memory. */
type Decided<Outcome> = Outcome | Promise<Outcome>

/** The rate limits of a gateway: in memory, or shared with the other gateways. */
export interface RateLimits {
  /** Takes a token for the caller, and one for the route's class. Throws AppError `request.rate_limited`. */
  readonly take: (route: Route, principal: Principal, address: string) => Decided<RateHeaders>
  /** Takes a token for an address whose request has no route or no valid token. Throws AppError `request.rate_limited`. */
  readonly takeForAddress: (address: string) => Decided<RateHeaders>
  /** Takes one of the few exports of personal data that an account may make. Throws AppError `request.rate_limited`. */
  readonly takeForExport: (account: string) => Decided<RateHeaders>
  /** Refuses an address from which too many failed to sign in. */
  readonly checkSignIn: (address: string) => Decided<void>
  readonly noteFailedSignIn: (address: string) => void
  /** Forgets what a client (subject or address) has used up. Throws AppError `service.unavailable` if only this gateway forgot it. */
  readonly reset: (client: string) => Decided<void>
}

const failedSignInsPerMinute = 20
const exportsPerHour = 5
/** The most addresses that are remembered for failed sign-ins; of more, those that were asked about least lately are let in. */
const mostBlocked = 100_000

/** Makes the limits; the scale multiplies all of them (the embedded profile takes 100). */
export function makeRateLimits(scale: number, shared?: SharedBuckets): RateLimits {
  const perMinute = (name: string, limit: number) => rateLimiter({ name, limit: limit * scale, windowSeconds: 60 })
  const critical = perMinute('critical', 100)
  const classOf = (limiter: RateLimiter) => ({ plain: [limiter], critical: [limiter, critical] })
  const byAddress = classOf(perMinute('public', 100))
  const authenticated = classOf(perMinute('authenticated', 1_000))
  const premium = classOf(perMinute('premium', 10_000))
  const signIns = [perMinute('failed-sign-ins', failedSignInsPerMinute)]
  const exports = [rateLimiter({ name: 'exports', limit: exportsPerHour * scale, windowSeconds: 3_600 })]
  // performance.now() until which an address may not sign in; 0 once it may again
  const blocked = createBoundedCache<number>(mostBlocked)
  const all = [...byAddress.critical, ...authenticated.plain, ...premium.plain, ...signIns, ...exports]

  /** Takes a token of each limiter in turn, in Redis if it decides. */
  function spend(limiters: readonly RateLimiter[], client: string): Decided<RateHeaders> {
    const asked = shared?.take(limiters, client)
    return asked === undefined
      ? spendHere(limiters, client)
      : asked.then((decisions) =>
          decisions === undefined ? spendHere(limiters, client) : spendAsDecided(limiters, client, decisions),
        )
  }

  function checkSignInHere(address: string): void {
    const leftMs = (blocked.get(address) ?? 0) - performance.now()
    if (leftMs > 0) throw limited(Math.ceil(leftMs / 1_000))
  }

  return {
    take(route, principal, address) {
      const client = clientKey(principal, address)
      const tier = isByAddress(principal) ? byAddress : principal.tier === 'free' ? authenticated : premium
      return spend(route.rateClass === 'critical' ? tier.critical : tier.plain, client)
    },
    takeForAddress: (address) => spend(byAddress.plain, limitedAddress(address)),
    takeForExport: (account) => spend(exports, account),
    checkSignIn(from) {
      const address = limitedAddress(from)
      const asked = shared?.take(signIns, address, 0)
      if (asked === undefined) return checkSignInHere(address)
      return asked.then((decisions) => {
        if (decisions === undefined) return checkSignInHere(address)
        for (const { allowed, retryAfterSeconds } of decisions) if (!allowed) throw limited(retryAfterSeconds)
      })
    },
    noteFailedSignIn(from) {
      const address = limitedAddress(from)
      void shared?.take(signIns, address)
      for (const limiter of signIns) {
        const decision = limiter.take(address)
        if (!decision.allowed) blocked.set(address, performance.now() + decision.retryAfterSeconds * 1_000)
      }
    },
    reset(name) {
      const client = limitedAddress(name)
      blocked.set(client, 0)
      for (const limiter of all) limiter.reset(client)
      if (shared !== undefined) return resetShared(shared, all, client)
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

function spendHere(limiters: readonly RateLimiter[], client: string): RateHeaders {
  return headersOfTightest(limiters, (limiter) => limiter.take(client))
}

/** Also counts here what Redis allowed, so that a client does not start afresh when Redis is lost. */
function spendAsDecided(
  limiters: readonly RateLimiter[],
  client: string,
  decisions: readonly RateDecision[],
): RateHeaders {
  return headersOfTightest(limiters, (limiter, index) => {
    const decision = decisions[index]
    if (decision?.allowed === false) return decision
    const here = limiter.take(client)
    return decision ?? here
  })
}

/** The headers of the limiter that leaves least. Throws those of the first that refuses. */
function headersOfTightest(
  limiters: readonly RateLimiter[],
  decide: (limiter: RateLimiter, index: number) => RateDecision,
): RateHeaders {
  let tightest: { readonly limiter: RateLimiter; readonly decision: RateDecision } | undefined
  for (const [index, limiter] of limiters.entries()) {
    const decision = decide(limiter, index)
    if (!decision.allowed) throw limited(decision.retryAfterSeconds, headersOf(limiter, decision))
    if (tightest === undefined || decision.remaining < tightest.decision.remaining) tightest = { limiter, decision }
  }
  if (tightest === undefined) throw new RangeError('no limiter was given')
  return headersOf(tightest.limiter, tightest.decision)
}

async function resetShared(shared: SharedBuckets, limiters: readonly RateLimiter[], client: string): Promise<void> {
  if ((await shared.reset(limiters, client)) !== undefined) return
  const detail = 'Redis does not respond; only this gateway forgot what the client has used up.'
  throw platformError('service.unavailable', detail, { retryAfterSeconds: 1 })
}

function headersOf(limiter: RateLimiter, decision: RateDecision): RateHeaders {
  return { policy: rateLimitPolicyField(limiter), limit: rateLimitField(limiter.name, decision) }
}

/** An error with the headers of its response. */
export class RateLimited extends PlatformError {
  readonly rate: RateHeaders | undefined

  constructor(retryAfterSeconds: number, rate: RateHeaders | undefined) {
    super('request.rate_limited', 'Too many requests; retry later.', { retryAfterSeconds })
    this.rate = rate
  }
}

function limited(retryAfterSeconds: number, rate?: RateHeaders): RateLimited {
  return new RateLimited(retryAfterSeconds, rate)
}
