import type { Clock } from '@stoa/kernel'
import { createBoundedCache, fingerprint } from '@stoa/security'
import type { AuthorizationServer, SignInTokens } from './authorization-server.ts'

/** The access tokens of sessions, by their refresh token. */
export interface AccessTokens {
  /** A token that is valid for a while, refreshed if it is not; undefined if the session has ended. */
  readonly of: (refreshToken: string) => string | Promise<string | undefined> | undefined
  readonly note: (tokens: SignInTokens) => void
  readonly forget: (refreshToken: string) => void
}

interface Held {
  /** Undefined for a session that has ended. */
  readonly accessToken: string | undefined
  readonly untilMs: number
}

const sessionsHeld = 10_000
/** The remaining lifetime that a token needs to be used for a request. */
const spareMs = 30_000
/** How long a session that has ended is not asked for again. */
const endedMs = 30_000

/** Holds access tokens in memory; sessions that are evicted, or of another gateway, get a new one. */
export function accessTokens(server: AuthorizationServer, clock: Pick<Clock, 'now'>): AccessTokens {
  const held = createBoundedCache<Held>(sessionsHeld)
  const asked = new Map<string, Promise<string | undefined>>()
  const nowMs = () => clock.now().epochMilliseconds
  const hold = (name: string, tokens: Omit<SignInTokens, 'refreshToken'> | undefined) => {
    const untilMs = nowMs() + (tokens === undefined ? endedMs : tokens.expiresInSeconds * 1_000 - spareMs)
    held.set(name, { accessToken: tokens?.accessToken, untilMs })
    return tokens?.accessToken
  }
  return {
    of(refreshToken) {
      const name = fingerprint(refreshToken)
      const known = held.get(name)
      if (known !== undefined && known.untilMs > nowMs()) return known.accessToken
      // a page sends several requests at once, which need one token
      const asking =
        asked.get(name) ??
        server
          .refresh(refreshToken)
          .then((tokens) => hold(name, tokens))
          .finally(() => asked.delete(name))
      asked.set(name, asking)
      return asking
    },
    note: (tokens) => void hold(fingerprint(tokens.refreshToken), tokens),
    forget: (refreshToken) => held.set(fingerprint(refreshToken), { accessToken: undefined, untilMs: 0 }),
  }
}
