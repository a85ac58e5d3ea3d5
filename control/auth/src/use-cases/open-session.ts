import type { RpcHandler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'

/** Opens a session for an account that has proven itself to user. */
export const openSession =
  ({ identity }: Deps): RpcHandler<AuthService, 'openSession'> =>
  async ({ input, key, commit }) => {
    const { userId, email, roles, tier, methods } = input
    return commit((tx) => identity.openSession(tx, { account: { userId, email, roles, tier }, methods, key }))
  }
