import { type AppError, type Clock, platformError } from '@stoa/kernel'
import { JWTExpired, JOSEError } from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'
import { createBoundedCache } from './bounded-cache.ts'
import type { Claims } from './claims.ts'
import { createKeySet, type LoadKeys } from './key-set.ts'
import { fingerprint } from './secrets.ts'

/** Verifies access tokens once each, and caches verified tokens until they expire. */
export interface TokenVerifier {
  /**
   * Returns the claims of a valid token, synchronously if it is cached. Rejects with AppError `auth.token_invalid`, or `service.unavailable`
   * if the key of the token is unknown and the issuer is unreachable.
   */
  readonly verify: (token: string) => Claims | Promise<Claims>
  /** Returns the number of known signing keys; rejects while the issuer is unreachable. */
  readonly checkKeys: () => Promise<number>
  /** Drops every cached token and fetches the keys again, after `signing_key.rotated`. */
  readonly forget: () => void
  /** Rejects the tokens of these sessions from now on: after `session.revoked`. */
  readonly revokeSessions: (sessionIds: readonly string[]) => void
  /** The sessions that ended before this process started are known from now on. */
  readonly knowsEnded: () => void
}

interface VerifierSettings {
  readonly issuer: string
  /** The accepted audiences: `stoa` for users, and the name of the service for calls from other services. */
  readonly audience: string | readonly string[]
  readonly loadKeys: LoadKeys
  readonly clock: Clock
  /**
   * Milliseconds that a token of a session waits until `knowsEnded` is called, before it is rejected with
   * `service.unavailable`; by default it does not wait, and ended sessions are unknown until they are reported.
   */
  readonly waitForEndedMs?: number
  /** Monotonic milliseconds, for durations; the machine's unless given. */
  readonly nowMs?: () => number
  /** Maximum number of verified tokens that are cached; 10,000 by default. */
  readonly maxCached?: number
  /** Maximum number of ended sessions that are remembered one by one; 100,000 by default. */
  readonly maxRevoked?: number
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
  const revoked = revokedSessions(nowMs, () => clock.now().epochMilliseconds, settings.maxRevoked ?? MAX_REVOKED)
  const ended = settings.waitForEndedMs === undefined ? undefined : makeGate(settings.waitForEndedMs)
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
    if (payload.sid !== undefined) await ended?.passed()
    if (revoked.has(payload)) throw invalid('The session of the token has ended.')
    verified.set(cacheKey, payload)
    return payload
  }
  const findKey = (keyId: string, algorithm: string) =>
    keys.find(keyId, algorithm).catch((cause: unknown) => {
      throw platformError('service.unavailable', 'The token cannot be verified now.', { cause })
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
      return revoked.has(known) ? Promise.reject(invalid('The session of the token has ended.')) : known
    },
    checkKeys: keys.check,
    forget: () => {
      verified.clear()
      keys.expire()
    },
    revokeSessions: revoked.add,
    knowsEnded: () => ended?.open(),
  }
}

/**
 * The sessions that have ended. When there are more than it can remember, it forgets the oldest and rejects every token of
 * a session that was issued before then: a list that others can fill must not let ended sessions back in.
 */
function revokedSessions(nowMs: () => number, epochMs: () => number, maxRevoked: number) {
  const until = new Map<string, number>()
  let distrustedUntilSeconds = -Infinity
  return {
    has: ({ sid, iat }: Claims) =>
      sid !== undefined && (iat <= distrustedUntilSeconds || (until.size > 0 && until.has(sid))),
    add: (sessionIds: readonly string[]) => {
      const now = nowMs()
      for (const id of sessionIds) {
        until.delete(id)
        until.set(id, now + LONGEST_TOKEN_MS)
      }
      // oldest first, in insertion order
      for (const [id, end] of until) {
        if (end > now && until.size <= maxRevoked) break
        until.delete(id)
        if (end <= now) continue
        const heardAgoMs = now - (end - LONGEST_TOKEN_MS)
        distrustedUntilSeconds = Math.max(
          distrustedUntilSeconds,
          Math.ceil((epochMs() - heardAgoMs) / 1_000) + SKEW_SECONDS,
        )
      }
    },
  }
}

/** Lets through what waits once it is open; what waits too long is rejected. */
function makeGate(waitMs: number) {
  const { promise, resolve } = Promise.withResolvers<void>()
  let isOpen = false
  return {
    open() {
      isOpen = true
      resolve()
    },
    async passed(): Promise<void> {
      if (isOpen) return
      const timer = Promise.withResolvers<void>()
      const timeout = setTimeout(timer.resolve, waitMs)
      await Promise.race([promise, timer.promise])
      clearTimeout(timeout)
      if (isOpen) return
      const detail = 'The token cannot be verified now: which sessions have ended is not known yet.'
      throw platformError('service.unavailable', detail)
    },
  }
}

function invalid(detail: string, cause?: unknown): AppError {
  return platformError('auth.token_invalid', detail, cause === undefined ? {} : { cause })
}

function asRefusal(error: unknown): unknown {
  if (error instanceof JWTExpired) return invalid('The token has expired.', error)
  return error instanceof JOSEError ? invalid('The token is not valid.', error) : error
}
