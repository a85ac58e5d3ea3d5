import type { RpcHandler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { UserId } from '@stoa/contracts/ids'
import { endSessionsOf } from '../end-sessions.ts'

/** Ends every session of an account: its password was changed, or its owner asked for it. */
export const endSessionsOfAccount =
  (): RpcHandler<AuthService, 'endSessions'> =>
  async ({ input, commit }) =>
    commit(async (tx) => {
      await endSessionsOf(tx, input.userId as UserId)
      return {}
    })
