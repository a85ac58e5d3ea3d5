import { event, InstantSchema } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../ids.ts'

const Tier = Type.Enum(['free', 'premium', 'enterprise'])

/** An account was made: registered, or a guest who can check out. */
export const userCreated = event(
  'user.created',
  '1.0.0',
  Type.Object({
    userId: UserId,
    kind: Type.Enum(['registered', 'guest']),
    tier: Tier,
    locale: Type.String(),
  }),
)

/** What an account is has changed; its profile is asked of user, not carried. */
export const userUpdated = event(
  'user.updated',
  '1.0.0',
  Type.Object({
    userId: UserId,
    tier: Tier,
    status: Type.Enum(['active', 'guest', 'locked']),
    locale: Type.String(),
  }),
)

/** An account was erased; whoever keeps data on it anonymises it. */
export const userDeleted = event('user.deleted', '1.0.0', Type.Object({ userId: UserId }))

/** An account has signed in. */
export const userAuthenticated = event(
  'user.authenticated',
  '1.0.0',
  Type.Object({ userId: UserId, methods: Type.Array(Type.String()), at: InstantSchema }),
)

/** An account is locked after too many wrong passwords; the owner gets an unlock link. */
export const userLocked = event('user.locked', '1.0.0', Type.Object({ userId: UserId, unlockId: Type.String() }))
