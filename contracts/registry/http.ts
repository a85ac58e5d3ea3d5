import { closed, get, post, put, remove, stream } from '@stoa/contract'
import { Type } from 'typebox'
import { AnyDocument, Digest, OfferedRoutes, ServiceRoutes } from './routes.ts'
import {
  Host,
  Lease,
  Metadata,
  Registered,
  RegisteredInstance,
  Revision,
  ServiceInstances,
  ServiceName,
} from './resources.ts'

/** POST /api/services */
export const registerInstance = post('/api/services', {
  summary: 'Register an instance; repeating the request with the key of its process renews the lease',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  body: Type.Object(
    {
      serviceName: ServiceName,
      host: Host,
      port: Type.Integer({ minimum: 1, maximum: 65_535 }),
      healthCheckUrl: Type.String({ pattern: '^https?://', maxLength: 500 }),
      weight: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
      zone: Type.Optional(Type.String({ maxLength: 100 })),
      version: Type.Optional(Type.String({ maxLength: 100 })),
      metadata: Type.Optional(Metadata),
    },
    closed,
  ),
  answers: { 200: Registered, 201: Registered },
  refuses: ['registry.token_wrong', 'registry.instances_exhausted', 'registry.key_of_another_service'],
})

const instance = { serviceName: ServiceName, instanceId: Registered.properties.instanceId }

/** PUT /api/services/{serviceName}/instances/{instanceId}/heartbeat */
export const heartbeat = put('/api/services/{serviceName}/instances/{instanceId}/heartbeat', {
  params: instance,
  summary: 'Renew the lease of an instance',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  answers: { 200: Lease },
  refuses: ['registry.instance_not_found', 'registry.token_wrong'],
})

/** DELETE /api/services/{serviceName}/instances/{instanceId} */
export const deregisterInstance = remove('/api/services/{serviceName}/instances/{instanceId}', {
  params: instance,
  summary: 'Remove an instance from all lists immediately',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  answers: { 204: null },
  refuses: ['registry.instance_not_found', 'registry.token_wrong'],
})

/** GET /api/services */
export const listServices = get('/api/services', {
  summary: 'List every service with its instances, as of one revision',
  permission: 'public',
  owner: 'none',
  answers: { 200: Type.Object({ revision: Revision, items: Type.Array(ServiceInstances) }) },
})

/** GET /api/services/watch */
export const watchServices = stream('/api/services/watch', {
  summary: 'Stream every change of the instances of a service, starting at a revision',
  permission: 'public',
  owner: 'none',
  query: Type.Object({ revision: Type.Optional(Type.Integer({ minimum: 0 })) }, closed),
})

/** GET /api/services/{serviceName} */
export const getService = get('/api/services/{serviceName}', {
  params: { serviceName: ServiceName },
  summary: 'List the instances of a service',
  permission: 'public',
  owner: 'none',
  query: Type.Object(
    { healthy: Type.Optional(Type.Boolean()), version: Type.Optional(Type.String({ maxLength: 100 })) },
    closed,
  ),
  answers: {
    200: Type.Object({ revision: Revision, service: Type.String(), instances: Type.Array(RegisteredInstance) }),
  },
  refuses: ['registry.service_not_found'],
})

/** PUT /api/services/{serviceName}/instances/{instanceId}/routes */
export const offerRoutes = put('/api/services/{serviceName}/instances/{instanceId}/routes', {
  params: instance,
  summary: 'Offer the routes of an instance: by their digest if the registry has them, otherwise with the document',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  body: Type.Object({ digest: Digest, document: Type.Optional(AnyDocument) }, closed),
  answers: { 200: OfferedRoutes },
  refuses: [
    'registry.instance_not_found',
    'registry.token_wrong',
    'registry.routes_unknown',
    'registry.routes_not_of_service',
  ],
})

/** GET /api/routes */
export const listRoutes = get('/api/routes', {
  summary: 'List what is offered, accepted and served of the routes of each service, as of one revision',
  permission: 'public',
  owner: 'none',
  answers: { 200: Type.Object({ revision: Revision, items: Type.Array(ServiceRoutes) }) },
})

/** GET /api/routes/watch */
export const watchRoutes = stream('/api/routes/watch', {
  summary: 'Stream the list of routes: as it is, and again after every change',
  permission: 'public',
  owner: 'none',
})

/** GET /api/routes/{serviceName}/documents/{digest} */
export const getRoutesDocument = get('/api/routes/{serviceName}/documents/{digest}', {
  params: { serviceName: ServiceName, digest: Digest },
  summary: 'Read the routes document that a digest belongs to',
  permission: 'public',
  owner: 'none',
  answers: { 200: AnyDocument },
  refuses: ['registry.routes_unknown'],
})
