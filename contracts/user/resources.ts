import { closed, InstantSchema, nameText } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { addressFields, postalCodeWhereUsed } from '../shared/address.ts'
import { UserId } from '../shared/ids.ts'
import { Locale } from '../shared/locale.ts'
import { TimeZone } from '../shared/time-zone.ts'

/**
 * An e-mail address; compared without case. The domain may be international, and is stored in ASCII; the part before the @ may
 * not.
 */
export const Email = Type.String({
  format: 'idn-email',
  maxLength: 254,
  description: 'the domain may be international (UTS 46), and is returned in ASCII; the part before the @ is ASCII',
})
export const Password = Type.String({ minLength: 8, maxLength: 200 })

/** An account as its owner and admins see it. */
export const User = Type.Object({
  id: UserId,
  email: Type.String(),
  name: Type.String(),
  locale: Locale,
  status: Type.Enum(['active', 'guest', 'locked']),
  tier: Type.Enum(['free', 'premium', 'enterprise']),
  roles: Type.Array(Type.String()),
  emailVerified: Type.Boolean(),
  loyaltyPoints: Type.Integer(),
  version: Type.Integer(),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type User = Static<typeof User>

/** What the owner may set of a profile. */
export const Profile = Type.Object({ name: nameText(200), locale: Locale }, closed)
export type Profile = Static<typeof Profile>

/** How the owner of an account wants to be addressed: the language of messages, and where the owner's day begins. */
export const AccountPreferences = Type.Object(
  {
    locale: Locale,
    timeZone: Type.Optional({ ...TimeZone, description: 'name of IANA; quiet hours are hours of this zone' }),
  },
  closed,
)
export type AccountPreferences = Static<typeof AccountPreferences>

/** How many addresses an account may have. */
export const MAX_ADDRESSES = 100

const AddressFields = {
  label: Type.Optional(nameText(60, 0)),
  ...addressFields,
  isDefault: Type.Optional(Type.Boolean()),
}
export const NewAddress = Type.Object(AddressFields, { ...closed, ...postalCodeWhereUsed })
export type NewAddress = Static<typeof NewAddress>

/** A place of an account. */
export const Address = Type.Object({
  id: Type.String({ format: 'uuid' }),
  userId: UserId,
  ...AddressFields,
  version: Type.Integer(),
})
export type Address = Static<typeof Address>

/** The response of a sign-in. */
export const Tokens = Type.Object({
  accessToken: Type.String(),
  refreshToken: Type.String(),
  tokenType: Type.Literal('Bearer'),
  expiresIn: Type.Integer({ description: 'seconds' }),
})
export type Tokens = Static<typeof Tokens>

/** What became of an attempt to sign in; those of a one-time code had the right password. */
export const AttemptOutcome = Type.Enum([
  'succeeded',
  'wrong_password',
  'locked',
  'otp_required',
  'otp_wrong',
  'otp_unexpected',
  'passkey_wrong',
])
export type AttemptOutcome = Static<typeof AttemptOutcome>

/** One attempt to sign in. */
export const Authentication = Type.Object({
  at: InstantSchema,
  outcome: AttemptOutcome,
  address: Type.String(),
})

/** A code of an authenticator app, or a recovery code. */
export const OneTimeCode = Type.String({
  maxLength: 40,
  description: 'the six digits of an authenticator app, or a recovery code; spaces and hyphens are ignored',
})

/** Whether an account has a second factor; while it is pending, no sign-in asks for a code. */
export const SecondFactor = Type.Object({
  status: Type.Enum(['disabled', 'pending', 'enabled']),
  enabledAt: Type.Optional(InstantSchema),
  recoveryCodesLeft: Type.Integer(),
})
export type SecondFactor = Static<typeof SecondFactor>

/** A second factor as it is shown once, before its first code. */
export const NewSecondFactor = Type.Object({
  otpauthUri: Type.String({ description: 'for an authenticator app, usually shown as a QR code; contains the secret' }),
  recoveryCodes: Type.Array(Type.String(), {
    description: 'each replaces one code; only hashes are stored, so they cannot be shown again',
  }),
})
