import { get, mount, PageQuery, pageSchema, post, remove, stream } from '@stoa/contract'
import { Type } from 'typebox'
import { closed } from '../closed.ts'
import { UserId } from '../ids.ts'
import { ApiKey, ApiKeyRequest, NewApiKey, Session, SigningKey } from './resources.ts'

/** /oauth2/*: authorize, token, revoke, introspect, userinfo, jwks, device, logout (OAuth 2.1, OpenID Connect Core 1.0) */
export const oauth = mount('/oauth2/*', {
  summary: 'The endpoints of OAuth 2.1 and OpenID Connect; each proves its caller by the protocol’s own means',
  permission: 'public',
})

/** /.well-known/*: openid-configuration, oauth-authorization-server (RFC 8414), oauth-protected-resource (RFC 9728) */
export const wellKnown = mount('/.well-known/*', {
  summary: 'Metadata of the authorization server and of the API it protects',
  permission: 'public',
})

const page = Type.Object({ ...PageQuery, userId: Type.Optional(UserId) }, closed)

/** GET /api/v1/sessions */
export const listSessions = get('/api/v1/sessions', {
  summary: 'List the live sessions of the account, newest first',
  permission: 'session:read',
  owner: 'none',
  query: page,
  answers: { 200: pageSchema(Session) },
})

/** DELETE /api/v1/sessions */
export const endOwnSessions = remove('/api/v1/sessions', {
  summary: 'Sign out everywhere, or everywhere else',
  permission: 'session:manage',
  owner: 'none',
  query: Type.Object({ except: Type.Optional(Type.Enum(['current'])) }, closed),
  answers: { 204: null },
})

/** DELETE /api/v1/sessions/{id} */
export const endSession = remove('/api/v1/sessions/{id}', {
  params: { id: Session.properties.id },
  summary: 'End a session: its refresh tokens stop working',
  permission: 'session:manage',
  owner: 'none',
  answers: { 204: null },
  refuses: ['auth.session_not_found'],
})

/** GET /internal/ended-sessions */
export const followEndedSessions = stream('/internal/ended-sessions', {
  summary: 'Sessions as they end, those of the last hour first, and the ids of the keys that verify when they change',
  permission: 'public',
  owner: 'none',
  query: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0 })) }, closed),
})

/** POST /api/v1/api-keys */
export const createApiKey = post('/api/v1/api-keys', {
  summary: 'Make an API key; the answer is the only time it is shown',
  permission: 'api-key:manage',
  owner: 'none',
  // a record would keep the key that is shown once
  idempotencyKey: 'none',
  rateClass: 'critical',
  body: ApiKeyRequest,
  answers: { 201: NewApiKey },
  refuses: ['auth.scope_not_granted', 'auth.api_key_limit'],
})

/** GET /api/v1/api-keys */
export const listApiKeys = get('/api/v1/api-keys', {
  summary: 'List the live API keys of the account, newest first',
  permission: 'api-key:manage',
  owner: 'none',
  query: page,
  answers: { 200: pageSchema(ApiKey) },
})

/** POST /api/v1/api-keys/{id}/rotate */
export const rotateApiKey = post('/api/v1/api-keys/{id}/rotate', {
  params: { id: ApiKey.properties.id },
  summary: 'Make a successor of an API key; the old one goes on for the overlap',
  permission: 'api-key:manage',
  owner: 'none',
  idempotencyKey: 'none',
  rateClass: 'critical',
  body: Type.Optional(
    Type.Object({ overlapHours: Type.Optional(Type.Integer({ minimum: 0, maximum: 168, default: 24 })) }, closed),
  ),
  answers: { 201: NewApiKey },
  refuses: ['auth.api_key_not_found', 'auth.api_key_limit'],
})

/** DELETE /api/v1/api-keys/{id} */
export const deleteApiKey = remove('/api/v1/api-keys/{id}', {
  params: { id: ApiKey.properties.id },
  summary: 'Delete an API key; tokens had by it are refused',
  permission: 'api-key:manage',
  owner: 'none',
  answers: { 204: null },
  refuses: ['auth.api_key_not_found'],
})

const Check = Type.Object(
  {
    permission: Type.String({ minLength: 1, maxLength: 100 }),
    ownerId: Type.Optional(UserId),
  },
  closed,
)

/** POST /api/v1/permissions/check */
export const checkPermissions = post('/api/v1/permissions/check', {
  summary: 'Whether the caller may do each of these, to a resource of the given owner when there is one',
  permission: 'permission:check',
  owner: 'none',
  reads: true,
  body: Type.Object({ checks: Type.Array(Check, { minItems: 1, maxItems: 100 }) }, closed),
  answers: {
    200: Type.Object({ items: Type.Array(Type.Object({ ...Check.properties, isAllowed: Type.Boolean() })) }),
  },
})

/** GET /api/v1/signing-keys */
export const listSigningKeys = get('/api/v1/signing-keys', {
  summary: 'List the keys that tokens are signed and verified with',
  permission: 'signing-key:manage',
  owner: 'none',
  answers: { 200: Type.Object({ items: Type.Array(SigningKey) }) },
})

/** POST /api/v1/signing-keys/rotate */
export const rotateSigningKeys = post('/api/v1/signing-keys/rotate', {
  summary: 'Make the next signing key; the old one verifies on until its tokens have expired',
  permission: 'signing-key:manage',
  owner: 'none',
  body: Type.Optional(
    Type.Object(
      { isCompromised: Type.Optional(Type.Boolean({ description: 'withdraw the old keys at once; all tokens end' })) },
      closed,
    ),
  ),
  answers: { 201: SigningKey },
  refuses: ['auth.signing_key_limit'],
})
