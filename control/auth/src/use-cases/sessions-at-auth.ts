import type { Handler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { endOwnSessions } from './end-own-sessions.ts'
import { endSession } from './end-session.ts'
import { listSessions } from './list-sessions.ts'

// the same under the path that the other endpoints of signing in have

export const listSessionsAtAuth =
  (deps: Deps): Handler<AuthService, 'listSessionsAtAuth'> =>
  async (context) =>
    listSessions(deps)(context)

export const endOwnSessionsAtAuth = (): Handler<AuthService, 'endOwnSessionsAtAuth'> => async (context) =>
  endOwnSessions()(context)

export const endSessionAtAuth =
  (deps: Deps): Handler<AuthService, 'endSessionAtAuth'> =>
  async (context) =>
    endSession(deps)(context)
