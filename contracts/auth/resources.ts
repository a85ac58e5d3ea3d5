import { closed, InstantSchema, nameText } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { permissions, scopes } from './roles.ts'

/** How many live sessions an account may have; a further sign-in ends the one that was not used for the longest time. */
export const MAX_SESSIONS = 100

/** One sign-in of an account and what it may still be renewed with. */
export const Session = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$' }),
  userId: UserId,
  clientId: Type.String({ description: 'the client that the user signed in to' }),
  methods: Type.Array(Type.String(), { description: 'the authentication method' }),
  createdAt: InstantSchema,
  lastUsedAt: InstantSchema,
  expiresAt: InstantSchema,
  isCurrent: Type.Boolean({ description: 'whether the request belongs to this session' }),
})
export type Session = Static<typeof Session>

/** The tokens that a refresh token is exchanged for; the refresh token is a new one, too. */
export const RenewedTokens = Type.Object({
  accessToken: Type.String(),
  refreshToken: Type.String(),
  tokenType: Type.Literal('Bearer'),
  expiresIn: Type.Integer({ description: 'seconds' }),
})

export type RenewedTokens = Static<typeof RenewedTokens>

/** How far an API key reaches: `service:internal`, `service:external`, or permissions by name. */
export const ApiKeyScope = Type.Enum([
  ...(Object.keys(scopes).filter((scope) => scope !== 'stoa') as Exclude<keyof typeof scopes, 'stoa'>[]),
  ...permissions,
])

const ApiKeyFields = {
  id: Type.String({ format: 'uuid' }),
  userId: UserId,
  name: Type.String(),
  prefix: Type.String({ description: 'the first characters of the key, for its owner to recognize it' }),
  scopes: Type.Array(ApiKeyScope),
  createdAt: InstantSchema,
  expiresAt: InstantSchema,
  lastUsedAt: Type.Optional(InstantSchema),
}

/** A listed API key, without the key itself. */
export const ApiKey = Type.Object(ApiKeyFields)
export type ApiKey = Static<typeof ApiKey>

/** An API key with the key itself, shown once. */
export const NewApiKey = Type.Object({
  ...ApiKeyFields,
  key: Type.String({ description: 'the key; only a hash is stored, so it cannot be shown again' }),
})

/** The request for a new API key. */
export const ApiKeyRequest = Type.Object(
  {
    name: nameText(100),
    scopes: Type.Array(ApiKeyScope, { minItems: 1, maxItems: 50, uniqueItems: true }),
    expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 90, default: 90 })),
  },
  closed,
)

const Uris = Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 20, uniqueItems: true })

const OAuthClientFields = {
  name: nameText(100),
  applicationType: Type.Enum(['web', 'native']),
  grantTypes: Type.Array(
    Type.Enum([
      'authorization_code',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
      'urn:stoa:params:oauth:grant-type:api-key',
    ]),
    { minItems: 1, maxItems: 4, uniqueItems: true },
  ),
  redirectUris: Uris,
  postLogoutRedirectUris: Uris,
}

/** What can be set of a program that signs people in. */
export const OAuthClientSettings = Type.Object(OAuthClientFields, closed)
export type OAuthClientSettings = Static<typeof OAuthClientSettings>

/** What a program is registered with. */
export const OAuthClientRequest = Type.Object(
  {
    ...OAuthClientFields,
    isConfidential: Type.Boolean({ description: 'whether the client can keep a secret, and therefore has one' }),
  },
  closed,
)

/** A program that signs people in. */
export const OAuthClient = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$' }),
  ...OAuthClientFields,
  name: Type.String(),
  isConfidential: Type.Boolean(),
  isFirstParty: Type.Boolean({
    description: 'whether the client belongs to the platform: users are not asked for consent',
  }),
  version: Type.Integer(),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type OAuthClient = Static<typeof OAuthClient>

/** An OAuth client with its secret, shown once. */
export const NewOAuthClient = Type.Object({
  ...OAuthClient.properties,
  secret: Type.Optional(Type.String({ description: 'the secret; only a hash is stored, so it cannot be shown again' })),
})

/** A key that tokens are signed with. */
export const SigningKey = Type.Object({
  keyId: Type.String(),
  algorithm: Type.String(),
  state: Type.Enum(['next', 'active', 'retired'], { description: 'a retired key still verifies tokens' }),
  createdAt: InstantSchema,
  signsFrom: InstantSchema,
  retiresAt: Type.Optional(InstantSchema),
})
export type SigningKey = Static<typeof SigningKey>
