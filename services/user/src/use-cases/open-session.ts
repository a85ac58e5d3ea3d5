import type { Calls } from '@stoa/contract'
import type { Tokens } from '@stoa/contracts/user/resources'
import type { UserService } from '@stoa/contracts/user/service'
import type { Deps } from '../deps.ts'

interface Proven {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
  readonly tier: string
  /** How it was proven who it is. */
  readonly methods: readonly string[]
}

/** Has auth open a session; a new one each time. */
export async function openSession(
  { newId }: Deps,
  calls: Calls<UserService['calls']>,
  { id: userId, email, roles, tier, methods }: Proven,
): Promise<Tokens> {
  const request = { userId, email, roles: [...roles], tier, methods: [...methods] }
  const opened = await calls.auth.openSession(request, { idempotencyKey: newId() })
  return {
    accessToken: opened.accessToken,
    refreshToken: opened.refreshToken,
    tokenType: 'Bearer',
    expiresIn: opened.expiresInSeconds,
  }
}
