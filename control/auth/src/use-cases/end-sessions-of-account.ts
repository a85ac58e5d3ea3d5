import type { RpcHandler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import { endEverythingOf, endSessionsOf } from '../end-sessions.ts'
import { lockAccount, noteAccountEnd } from '../store/account-ends.ts'

/**
 * Ends the sessions of an account whose password, roles or second factor were changed, but for one where that is wanted, and
 * its API keys where that is.
 */
export const endSessionsOfAccount =
  (): RpcHandler<AuthService, 'endSessions'> =>
  async ({ input, commit }) =>
    commit(async (tx) => {
      const { deletesApiKeys, accountVersion, exceptSessionId } = input
      const userId = input.userId as UserId
      await lockAccount(tx, userId)
      await noteAccountEnd(tx, userId, accountVersion)
      if (deletesApiKeys) await endEverythingOf(tx, userId)
      else await endSessionsOf(tx, userId, exceptSessionId === '' ? undefined : exceptSessionId)
      return {}
    })
