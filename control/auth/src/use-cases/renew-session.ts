import type { Handler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import { currentSessionId } from '../current-session.ts'
import type { Deps } from '../deps.ts'
import { endSessions } from '../end-sessions.ts'

/** Exchanges a refresh token of a sign-in by password, with the rotation and the theft detection of the token endpoint. */
export const refreshTokens =
  ({ identity }: Deps): Handler<AuthService, 'refreshTokens'> =>
  async ({ body, commit, refuse }) => {
    const renewed = await identity.refresh(body.refreshToken)
    if (renewed === undefined) return refuse('auth.refresh_token_invalid', 'The refresh token is no longer valid.')
    return commit(async () => ({ status: 200, body: renewed }))
  }

/** Ends the session that the request is made in. */
export const signOut =
  (): Handler<AuthService, 'signOut'> =>
  async ({ headers, commit }) =>
    commit(async (tx) => {
      const current = currentSessionId(headers)
      if (current !== undefined) await endSessions(tx, [current])
      return { status: 204 }
    })
