import type { Handler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import { currentSessionId } from '../current-session.ts'
import { endSessionsOf } from '../end-sessions.ts'

/** Signs the caller out everywhere, or everywhere else. */
export const endOwnSessions =
  (): Handler<AuthService, 'endOwnSessions'> =>
  async ({ query, caller, headers, commit }) =>
    commit(async (tx) => {
      const kept = query.except === 'current' ? currentSessionId(headers) : undefined
      await endSessionsOf(tx, caller.subject as UserId, kept)
      return { status: 204 }
    })
