import type { RpcHandler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import { endEverythingOf, endSessionsOf } from '../end-sessions.ts'
import { lockAccount, noteAccountEnd } from '../store/account-ends.ts'

/** Ends every session of an account whose password or roles were changed, and its API keys where that is wanted. */
export const endSessionsOfAccount =
  (): RpcHandler<AuthService, 'endSessions'> =>
  async ({ input, commit }) =>
    commit(async (tx) => {
      const end = input.deletesApiKeys ? endEverythingOf : endSessionsOf
      await lockAccount(tx, input.userId)
      await noteAccountEnd(tx, input.userId, input.accountVersion)
      await end(tx, input.userId as UserId)
      return {}
    })
