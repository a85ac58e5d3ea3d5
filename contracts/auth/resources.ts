import { InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { closed } from '../closed.ts'
import { UserId } from '../ids.ts'
import { permissions, scopes } from './roles.ts'

/** One sign-in of an account and what it may still be renewed with. */
export const Session = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$' }),
  userId: UserId,
  clientId: Type.String({ description: 'the program that was signed in to' }),
  methods: Type.Array(Type.String(), { description: 'how the account proved itself' }),
  createdAt: InstantSchema,
  lastUsedAt: InstantSchema,
  expiresAt: InstantSchema,
  isCurrent: Type.Boolean({ description: 'whether the request was made in it' }),
})
export type Session = Static<typeof Session>

/** How far an API key reaches: `service:internal`, `service:external`, or permissions by name. */
export const ApiKeyScope = Type.Enum([
  ...(Object.keys(scopes).filter((scope) => scope !== 'stoa') as Exclude<keyof typeof scopes, 'stoa'>[]),
  ...permissions,
])

const ApiKeyFields = {
  id: Type.String({ format: 'uuid' }),
  userId: UserId,
  name: Type.String(),
  prefix: Type.String({ description: 'the first characters of the key, by which its owner knows it' }),
  scopes: Type.Array(ApiKeyScope),
  createdAt: InstantSchema,
  expiresAt: InstantSchema,
  lastUsedAt: Type.Optional(InstantSchema),
}

/** An API key as it is listed. */
export const ApiKey = Type.Object(ApiKeyFields)
export type ApiKey = Static<typeof ApiKey>

/** An API key as it is shown once. */
export const NewApiKey = Type.Object({
  ...ApiKeyFields,
  key: Type.String({ description: 'the key itself; it is not kept and can not be shown again' }),
})

/** What a new API key is asked for with. */
export const ApiKeyRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    scopes: Type.Array(ApiKeyScope, { minItems: 1, maxItems: 50, uniqueItems: true }),
    expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 90, default: 90 })),
  },
  closed,
)

/** A key that tokens are signed with. */
export const SigningKey = Type.Object({
  keyId: Type.String(),
  algorithm: Type.String(),
  state: Type.Enum(['next', 'active', 'retired'], { description: 'a retired one still verifies' }),
  createdAt: InstantSchema,
  signsFrom: InstantSchema,
  retiresAt: Type.Optional(InstantSchema),
})
export type SigningKey = Static<typeof SigningKey>
