import type { Handler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { endSessions } from '../end-sessions.ts'
import { findSession } from '../store/sessions.ts'

/** Ends one session within the caller's reach. */
export const endSession =
  ({ clock }: Deps): Handler<AuthService, 'endSession'> =>
  async ({ params, caller, refuse, commit }) =>
    commit(async (tx) => {
      const session = await findSession(tx, params.id, clock.now())
      if (session === undefined || !caller.mayReach(session.userId)) {
        return refuse('auth.session_not_found', 'The session does not exist.')
      }
      await endSessions(tx, [session.id])
      return { status: 204 }
    })
