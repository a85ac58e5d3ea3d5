import { AppError, type Clock } from '@stoa/kernel'
import { JWTExpired, JOSEError } from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'
import { createBoundedCache } from './bounded-cache.ts'
import type { Claims } from './claims.ts'
import { createKeySet, type LoadKeys } from './key-set.ts'
import { fingerprint } from './secrets.ts'

/** Verifies access tokens, each once: verified ones are kept until they expire. */
export interface TokenVerifier {
  /**
   * The claims of a valid token, at once when it was verified before. Rejects with AppError `auth.token_invalid`, or
   * `service.unavailable` when the token's key is unknown and the issuer can not be asked.
   */
  readonly verify: (token: string) => Claims | Promise<Claims>
  /** Forgets every verified token and asks for the keys again: after `signing_key.rotated`. */
  readonly forget: () => void
  /** Refuses the tokens of these sessions from now on: after `session.revoked`. */
  readonly revokeSessions: (sessionIds: readonly string[]) => void
}

interface VerifierSettings {
  readonly issuer: string
  /** The audiences accepted: `stoa` for people, the service's own name for calls of other services. */
  readonly audience: string | readonly string[]
  readonly loadKeys: LoadKeys
  readonly clock: Clock
  /** Monotonic milliseconds, for durations; the machine's unless given. */
  readonly nowMs?: () => number
  /** How many verified tokens are kept; 10,000 when not said. */
  readonly maxCached?: number
}

const MAX_TOKEN_LENGTH = 8_192
const SKEW_SECONDS = 5
// no token lives longer than this, so neither need the end of its session be remembered longer
const LONGEST_TOKEN_MS = 3_660_000
const MAX_REVOKED = 100_000

/**
 * Makes the verifier of one service: RS256 and ES256 only, `iss`, `aud`, `exp`, `nbf` with 5 s of skew, type `at+jwt`
 * (RFC 9068), keys by id from the issuer's set (RFC 7517), never from the token.
 */
export function createTokenVerifier(settings: VerifierSettings): TokenVerifier {
  const { clock, issuer, nowMs = () => performance.now() } = settings
  const keys = createKeySet({ load: settings.loadKeys, nowMs })
  const verified = createBoundedCache<Claims>(settings.maxCached ?? 10_000)
  const revoked = revokedSessions(nowMs)
  const options = {
    issuer,
    audience: typeof settings.audience === 'string' ? settings.audience : [...settings.audience],
    algorithms: ['RS256', 'ES256'],
    typ: 'at+jwt',
    clockTolerance: SKEW_SECONDS,
    requiredClaims: ['sub', 'exp', 'iat', 'jti', 'client_id'],
  }

  const verifyAnew = async (token: string, cacheKey: string): Promise<Claims> => {
    const { payload } = await jwtVerify<Claims>(
      token,
      async ({ kid, alg }) => {
        const key = kid === undefined ? undefined : await findKey(kid, alg)
        if (key === undefined) throw invalid('The token is signed with an unknown key.')
        return key
      },
      { ...options, currentDate: new Date(clock.now().epochMilliseconds) },
    ).catch((error: unknown) => {
      throw asRefusal(error)
    })
    if (revoked.has(payload.sid)) throw invalid('The session of the token has ended.')
    verified.set(cacheKey, payload)
    return payload
  }
  const findKey = (keyId: string, algorithm: string) =>
    keys.find(keyId, algorithm).catch((cause: unknown) => {
      throw new AppError('unavailable', 'service.unavailable', 'The token can not be checked now.', { cause })
    })

  return {
    verify: (token) => {
      if (token.length > MAX_TOKEN_LENGTH) return Promise.reject(invalid('The token is too long.'))
      const cacheKey = fingerprint(token)
      const known = verified.get(cacheKey)
      if (known === undefined) return verifyAnew(token, cacheKey)
      if ((known.exp + SKEW_SECONDS) * 1_000 <= clock.now().epochMilliseconds) {
        return Promise.reject(invalid('The token has expired.'))
      }
      return revoked.has(known.sid) ? Promise.reject(invalid('The session of the token has ended.')) : known
    },
    forget: () => {
      verified.clear()
      keys.expire()
    },
    revokeSessions: revoked.add,
  }
}

function revokedSessions(nowMs: () => number) {
  const until = new Map<string, number>()
  return {
    has: (sessionId: string | undefined) => until.size > 0 && sessionId !== undefined && until.has(sessionId),
    add: (sessionIds: readonly string[]) => {
      const now = nowMs()
      for (const id of sessionIds) {
        until.delete(id)
        until.set(id, now + LONGEST_TOKEN_MS)
      }
      // oldest first, as they were put in
      for (const [id, end] of until) {
        if (end > now && until.size <= MAX_REVOKED) break
        until.delete(id)
      }
    },
  }
}

function invalid(detail: string, cause?: unknown): AppError {
  return new AppError('unauthenticated', 'auth.token_invalid', detail, cause === undefined ? {} : { cause })
}

function asRefusal(error: unknown): unknown {
  if (error instanceof JWTExpired) return invalid('The token has expired.', error)
  return error instanceof JOSEError ? invalid('The token is not valid.', error) : error
}
