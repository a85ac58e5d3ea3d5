import type { RateDecision } from './rate-limiter.ts'

/** The fields of `RateLimit-Policy`. */
interface RatePolicy {
  readonly name: string
  readonly limit: number
  readonly windowSeconds: number
}

/** The field `RateLimit-Policy` of one policy (draft-ietf-httpapi-ratelimit-headers-11): `"public";q=100;w=60`. */
export function rateLimitPolicyField(policy: RatePolicy): string {
  return `${quoted(policy.name)};q=${policy.limit};w=${Math.ceil(policy.windowSeconds)}`
}

/** The field `RateLimit` of one policy (draft-ietf-httpapi-ratelimit-headers-11): `"public";r=99;t=1`. */
export function rateLimitField(name: string, decision: RateDecision): string {
  return `${quoted(name)};r=${decision.remaining};t=${decision.resetSeconds}`
}

// A string of RFC 9651: printable ASCII, quotes and backslashes escaped.
function quoted(name: string): string {
  if (!/^[\x20-\x7e]*$/.test(name)) throw new RangeError(`a rate limit's name must be printable ASCII, got ${name}`)
  return `"${name.replace(/["\\]/g, '\\$&')}"`
}
