import { Acceptance } from '@stoa/contract/routes'
import { Type, type Static } from 'typebox'
import { ServiceName } from './resources.ts'

/** The SHA-256 of a routes document, in hexadecimal. */
export const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' })

/** A routes document on the wire; the registry reads it as such once it knows the sender. */
export const AnyDocument = Type.Object(
  {},
  {
    additionalProperties: true,
    description: 'the routes document of a contract, as `routesDocument` of @stoa/contract makes it',
  },
)

/** What became of an offer: served, or why it is not. */
export const OfferedRoutes = Type.Object({
  isServed: Type.Boolean(),
  reasons: Type.Array(Type.String(), { description: 'why the offer goes beyond what was accepted' }),
})

/** The routes of one service: what its instances offer, what an operator has accepted, and which document is to be served. */
export const ServiceRoutes = Type.Object({
  service: ServiceName,
  accepted: Type.Optional(Acceptance),
  /** For auth, which recognizes the client by it. */
  secretFingerprint: Type.Optional(Type.String()),
  digest: Type.Optional(Digest),
  offers: Type.Array(Type.Object({ digest: Digest, instances: Type.Integer(), reasons: Type.Array(Type.String()) })),
})
export type ServiceRoutes = Static<typeof ServiceRoutes>
