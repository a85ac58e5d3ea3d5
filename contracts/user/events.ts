import { erasureEvent, event, InstantSchema } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { Tier } from '../shared/tier.ts'

/** An account was created: a registered account, or a guest who can check out. */
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

/** An account has changed; the event does not contain the profile, which must be requested from user. */
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

/** An account was erased; every service with personal data erases its data. */
export const userDeleted = erasureEvent('user.deleted', '1.0.0', Type.Object({ userId: UserId }))

/** An account has signed in. */
export const userAuthenticated = event(
  'user.authenticated',
  '1.0.0',
  Type.Object({ userId: UserId, methods: Type.Array(Type.String()), at: InstantSchema }),
)

/** An account is locked after too many wrong passwords or codes; the owner gets an unlock link. */
export const userLocked = event('user.locked', '1.0.0', Type.Object({ userId: UserId, unlockId: Type.String() }))

const LinkRequested = Type.Object({ userId: UserId, linkId: Type.String({ format: 'uuid' }) })

/** A link that verifies the e-mail address was requested, by a registration or by the owner; its token must be requested from user by its id. */
export const emailVerificationRequested = event('user.email_verification_requested', '1.0.0', LinkRequested)

/** A link that resets the password was requested; its token must be requested from user by its id. */
export const passwordResetRequested = event('user.password_reset_requested', '1.0.0', LinkRequested)

/** An account has a second factor from now on: a sign-in needs a code. */
export const mfaEnabled = event('user.mfa_enabled', '1.0.0', Type.Object({ userId: UserId }))

/** An account has no second factor any more: a sign-in needs the password alone. */
export const mfaDisabled = event(
  'user.mfa_disabled',
  '1.1.0',
  Type.Object({
    userId: UserId,
    // absent if the owner did it
    resetBy: Type.Optional(UserId),
  }),
)

const PasskeyOfAccount = Type.Object({ userId: UserId, passkeyId: Type.String({ format: 'uuid' }) })

/** A passkey was added to an account: it signs in without the password. */
export const passkeyAdded = event('user.passkey_added', '1.0.0', PasskeyOfAccount)

/** A passkey was removed from an account. */
export const passkeyRemoved = event('user.passkey_removed', '1.0.0', PasskeyOfAccount)
