import type { RpcHandler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { isVersionCurrent } from '../oidc/sign-in-proofs.ts'
import { findAccountEnd, lockAccount } from '../store/account-ends.ts'

/** Opens a session for an account that has proven itself to user, unless a change there has ended its sessions since. */
export const openSession =
  ({ identity }: Deps): RpcHandler<AuthService, 'openSession'> =>
  async ({ input, key, commit, refuse }) => {
    const { userId, email, roles, tier, methods, accountVersion } = input
    return commit(async (tx) => {
      await lockAccount(tx, userId)
      const { fromVersion } = await findAccountEnd(tx, userId)
      if (!isVersionCurrent(accountVersion, fromVersion)) {
        return refuse('auth.account_changed', 'The account changed during the sign-in.')
      }
      return identity.openSession(tx, { account: { userId, email, roles, tier }, methods, key })
    })
  }
