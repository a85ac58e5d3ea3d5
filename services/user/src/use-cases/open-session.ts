import type { Calls } from '@stoa/contract'
import type { Tokens } from '@stoa/contracts/user/resources'
import type { UserService } from '@stoa/contracts/user/service'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'

interface Proven {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
  readonly tier: string
  /** The version of the account that was proven. */
  readonly version: number
  /** How it was proven who it is. */
  readonly methods: readonly string[]
}

/** Has auth open a session, a new one each time; undefined when the account's sessions were ended after it was proven. */
export async function openSession(
  { newId }: Deps,
  calls: Calls<UserService['calls']>,
  { id: userId, email, roles, tier, methods, version: accountVersion }: Proven,
): Promise<Tokens | undefined> {
  const request = { userId, email, roles: [...roles], tier, methods: [...methods], accountVersion }
  const opened = await calls.auth
    .openSession(request, { idempotencyKey: newId() })
    .catch((error: unknown) => (isAppError(error, 'auth.account_changed') ? undefined : Promise.reject(error)))
  if (opened === undefined) return undefined
  return {
    accessToken: opened.accessToken,
    refreshToken: opened.refreshToken,
    tokenType: 'Bearer',
    expiresIn: opened.expiresInSeconds,
  }
}
