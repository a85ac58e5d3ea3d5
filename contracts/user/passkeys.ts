import { closed, InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'

/** How many passkeys an account may have. */
export const MAX_PASSKEYS = 20

/** A passkey as its owner sees it. */
export const Passkey = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  isSynced: Type.Boolean({ description: 'whether it was copied to other devices of the owner when it was last used' }),
  createdAt: InstantSchema,
  lastUsedAt: Type.Optional(InstantSchema),
})
export type Passkey = Static<typeof Passkey>

const bytes = (maxLength: number) =>
  Type.String({ pattern: '^[A-Za-z0-9_-]+$', minLength: 1, maxLength, description: 'base64url' })
const CredentialId = bytes(1_364)
const Transports = Type.Array(Type.String({ pattern: '^[a-z-]{1,32}$', maxLength: 32 }), { maxItems: 10 })

/** The options with which a browser makes a passkey: `PublicKeyCredential.parseCreationOptionsFromJSON` reads them. */
export const CreationOptions = Type.Object({
  challenge: bytes(100),
  rp: Type.Object({ id: Type.String(), name: Type.String() }),
  user: Type.Object({ id: bytes(100), name: Type.String(), displayName: Type.String() }),
  pubKeyCredParams: Type.Array(Type.Object({ type: Type.Literal('public-key'), alg: Type.Integer() })),
  timeout: Type.Integer({ description: 'milliseconds' }),
  attestation: Type.Literal('none'),
  authenticatorSelection: Type.Object({
    residentKey: Type.Literal('required'),
    requireResidentKey: Type.Boolean(),
    userVerification: Type.Literal('required'),
  }),
  excludeCredentials: Type.Array(
    Type.Object({ type: Type.Literal('public-key'), id: CredentialId, transports: Transports }),
  ),
})
export type CreationOptions = Static<typeof CreationOptions>

/** What is needed of a passkey that a browser has made, from its `toJSON()`. */
export const CreatedCredential = Type.Object(
  {
    id: CredentialId,
    response: Type.Object(
      {
        clientDataJSON: bytes(4_096),
        attestationObject: bytes(16_384),
        transports: Type.Optional(Transports),
      },
      closed,
    ),
  },
  closed,
)
export type CreatedCredential = Static<typeof CreatedCredential>

/** The answer of a passkey to a challenge, from `toJSON()`; what is not named here is ignored. */
export const ShownCredential = Type.Object({
  id: CredentialId,
  rawId: CredentialId,
  type: Type.Literal('public-key'),
  response: Type.Object({
    clientDataJSON: bytes(4_096),
    authenticatorData: bytes(4_096),
    signature: bytes(8_192),
    userHandle: bytes(100),
  }),
})
export type ShownCredential = Static<typeof ShownCredential>
