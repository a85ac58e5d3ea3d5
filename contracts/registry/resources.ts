import { Type, type Static } from 'typebox'

/** Raised by every change that a list shows; never falls. */
export const Revision = Type.Integer({ minimum: 0 })
/** A service’s name. */
export const ServiceName = Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' })
/** The name or address of a machine; nothing that would be another part of a URL. */
export const Host = Type.String({ pattern: '^[A-Za-z0-9._:-]+$|^\\[[0-9A-Fa-f:.]+\\]$', maxLength: 253 })
/** Additional metadata of an instance. */
export const Metadata = Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 500 }), {
  maxProperties: 50,
})

/** One running copy of a service. */
export const RegisteredInstance = Type.Object({
  id: Type.String(),
  host: Type.String(),
  port: Type.Integer(),
  weight: Type.Integer(),
  zone: Type.Optional(Type.String()),
  version: Type.Optional(Type.String()),
  metadata: Metadata,
  status: Type.Enum(['healthy', 'unhealthy']),
})
export type RegisteredInstance = Static<typeof RegisteredInstance>

/** A service and its instances. */
export const ServiceInstances = Type.Object({ service: Type.String(), instances: Type.Array(RegisteredInstance) })
/** Time without a heartbeat after which an instance is removed. */
export const Lease = Type.Object({ leaseSeconds: Type.Integer() })
/** The place an instance was given. */
export const Registered = Type.Object({
  instanceId: Type.String({ minLength: 1, maxLength: 100 }),
  leaseSeconds: Type.Integer(),
})
