import type { Handler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { Deps } from '../deps.ts'
import { sayRevoked, sessionIdOfApiKey } from '../end-sessions.ts'
import { findApiKey, removeApiKey } from '../store/api-keys.ts'

/** Deletes an API key; the tokens had by it are refused from then on. */
export const deleteApiKey =
  ({ clock }: Deps): Handler<AuthService, 'deleteApiKey'> =>
  async ({ params, caller, refuse, commit }) =>
    commit(async (tx) => {
      const key = await findApiKey(tx, params.id, clock.now())
      if (key === undefined || !caller.mayReach(key.userId) || !(await removeApiKey(tx, key.id))) {
        return refuse('auth.api_key_not_found', 'The API key does not exist.')
      }
      await sayRevoked(tx, key.userId as UserId, [sessionIdOfApiKey(key)])
      return { status: 204 }
    })
