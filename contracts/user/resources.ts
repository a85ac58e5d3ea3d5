import { InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { closed } from '../closed.ts'
import { UserId } from '../ids.ts'

/** An e-mail address as it is typed; compared without regard to case. */
export const Email = Type.String({ format: 'email', maxLength: 254 })
export const Password = Type.String({ minLength: 8, maxLength: 200 })
export const Locale = Type.String({ pattern: '^[a-z]{2}(-[A-Z]{2})?$' })

/** An account as its owner and admins see it. */
export const User = Type.Object({
  id: UserId,
  email: Type.String(),
  name: Type.String(),
  locale: Type.String(),
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
export const Profile = Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }), locale: Locale }, closed)
export type Profile = Static<typeof Profile>

const AddressFields = {
  label: Type.Optional(Type.String({ maxLength: 60 })),
  name: Type.String({ minLength: 1, maxLength: 200 }),
  line1: Type.String({ minLength: 1, maxLength: 200 }),
  line2: Type.Optional(Type.String({ maxLength: 200 })),
  city: Type.String({ minLength: 1, maxLength: 100 }),
  postalCode: Type.String({ minLength: 1, maxLength: 20 }),
  country: Type.String({ pattern: '^[A-Z]{2}$' }),
  isDefault: Type.Optional(Type.Boolean()),
}
export const NewAddress = Type.Object(AddressFields, closed)
export type NewAddress = Static<typeof NewAddress>

/** A place of an account. */
export const Address = Type.Object({
  id: Type.String({ format: 'uuid' }),
  userId: UserId,
  ...AddressFields,
  version: Type.Integer(),
})
export type Address = Static<typeof Address>

/** What a sign-in answers with. */
export const Tokens = Type.Object({
  accessToken: Type.String(),
  refreshToken: Type.String(),
  tokenType: Type.Literal('Bearer'),
  expiresIn: Type.Integer({ description: 'seconds' }),
})
export type Tokens = Static<typeof Tokens>

/** One attempt to sign in. */
export const Authentication = Type.Object({
  at: InstantSchema,
  outcome: Type.Enum(['succeeded', 'wrong_password', 'wrong_otp', 'locked']),
  address: Type.String(),
})
