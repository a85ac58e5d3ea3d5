import { closed, get, mount, PageQuery, pageSchema, post, put, remove, stream } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'
import {
  ApiKey,
  ApiKeyRequest,
  MAX_SESSIONS,
  NewApiKey,
  NewOAuthClient,
  OAuthClient,
  OAuthClientRequest,
  OAuthClientSettings,
  RenewedTokens,
  Session,
  SigningKey,
} from './resources.ts'

/** /oauth2/*: authorize, token, revoke, introspect, userinfo, jwks, device, logout (OAuth 2.1, OpenID Connect Core 1.0) */
export const oauth = mount('/oauth2/*', {
  summary: 'OAuth 2.1 and OpenID Connect endpoints; callers authenticate as each protocol defines',
  permission: 'public',
  checksPassword: true,
})

/** /.well-known/*: openid-configuration, oauth-authorization-server (RFC 8414), oauth-protected-resource (RFC 9728) */
export const wellKnown = mount('/.well-known/*', {
  summary: 'Metadata of the authorization server and of the API it protects',
  permission: 'public',
})

const page = Type.Object({ ...PageQuery, userId: Type.Optional(UserId) }, closed)

/** The same operation under another path. */
function alias<const Path extends string, Route extends { readonly path: string; readonly summary: string }>(
  path: Path,
  route: Route,
): Omit<Route, 'path'> & { readonly path: Path } {
  return { ...route, path, summary: `${route.summary} (the same as ${route.path})` }
}

/** GET /api/v1/sessions */
export const listSessions = get('/api/v1/sessions', {
  summary: `List the live sessions of the account, newest first; there are at most ${MAX_SESSIONS}, and a further sign-in ends the least recently used`,
  permission: 'session:read',
  owner: 'none',
  query: page,
  answers: { 200: pageSchema(Session) },
})

/** DELETE /api/v1/sessions */
export const endOwnSessions = remove('/api/v1/sessions', {
  summary: 'Sign out everywhere, or everywhere else; API keys stay valid but their current tokens are revoked',
  permission: 'session:manage',
  audited: true,
  owner: 'none',
  query: Type.Object({ except: Type.Optional(Type.Enum(['current'])) }, closed),
  answers: { 204: null },
})

/** DELETE /api/v1/sessions/{id} */
export const endSession = remove('/api/v1/sessions/{id}', {
  params: { id: Session.properties.id },
  summary: 'End a session: its refresh tokens stop working',
  permission: 'session:manage',
  audited: true,
  owner: 'none',
  answers: { 204: null },
  refuses: ['auth.session_not_found'],
})

/** GET /internal/ended-sessions */
export const followEndedSessions = stream('/internal/ended-sessions', {
  summary: 'Stream ended sessions, starting with the last hour, and the ids of the verification keys when they change',
  permission: 'service',
  owner: 'none',
  query: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0 })) }, closed),
})

/** POST /api/v1/api-keys */
export const createApiKey = post('/api/v1/api-keys', {
  summary: 'Create an API key; it is shown only in this response',
  permission: 'api-key:manage',
  audited: true,
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
  summary: 'Rotate an API key; the old key stays valid during the overlap',
  permission: 'api-key:manage',
  audited: true,
  owner: 'none',
  idempotencyKey: 'none',
  rateClass: 'critical',
  body: Type.Optional(
    Type.Object({ overlapHours: Type.Optional(Type.Integer({ minimum: 0, maximum: 168, default: 24 })) }, closed),
  ),
  answers: { 201: NewApiKey },
  refuses: ['auth.api_key_not_found', 'auth.scope_not_granted', 'auth.api_key_limit'],
})

/** DELETE /api/v1/api-keys/{id} */
export const deleteApiKey = remove('/api/v1/api-keys/{id}', {
  params: { id: ApiKey.properties.id },
  summary: 'Delete an API key; its tokens are revoked',
  permission: 'api-key:manage',
  audited: true,
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
  summary: 'Check which of the given permissions the caller has, optionally for a resource of the given owner',
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
  summary: 'List the keys that sign and verify tokens',
  permission: 'signing-key:manage',
  owner: 'none',
  answers: { 200: Type.Object({ items: Type.Array(SigningKey) }) },
})

/** POST /api/v1/signing-keys/rotate */
export const rotateSigningKeys = post('/api/v1/signing-keys/rotate', {
  summary: 'Rotate the signing key; the old key verifies tokens until they have expired',
  permission: 'signing-key:manage',
  audited: true,
  owner: 'none',
  body: Type.Optional(
    Type.Object(
      {
        isCompromised: Type.Optional(
          Type.Boolean({ description: 'revoke the old keys immediately, and with them every token' }),
        ),
      },
      closed,
    ),
  ),
  answers: { 201: SigningKey },
  refuses: ['auth.signing_key_limit'],
})

/** GET /api/v1/oauth-clients */
export const listOAuthClients = get('/api/v1/oauth-clients', {
  summary: 'List the OAuth clients',
  permission: 'oauth-client:manage',
  owner: 'none',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(OAuthClient) },
})

/** POST /api/v1/oauth-clients */
export const createOAuthClient = post('/api/v1/oauth-clients', {
  summary: 'Register an OAuth client; its secret is shown only in this response',
  permission: 'oauth-client:manage',
  audited: true,
  owner: 'none',
  // a record would keep the secret that is shown once
  idempotencyKey: 'none',
  body: OAuthClientRequest,
  answers: { 201: NewOAuthClient },
  refuses: ['auth.client_invalid'],
})

/** GET /api/v1/oauth-clients/{id} */
export const getOAuthClient = get('/api/v1/oauth-clients/{id}', {
  params: { id: OAuthClient.properties.id },
  summary: 'Read an OAuth client',
  permission: 'oauth-client:manage',
  owner: 'none',
  answers: { 200: OAuthClient },
  refuses: ['auth.client_not_found'],
})

/** PUT /api/v1/oauth-clients/{id} */
export const replaceOAuthClient = put('/api/v1/oauth-clients/{id}', {
  params: { id: OAuthClient.properties.id },
  summary: 'Change an OAuth client',
  permission: 'oauth-client:manage',
  audited: true,
  owner: 'none',
  body: OAuthClientSettings,
  answers: { 200: OAuthClient },
  refuses: ['auth.client_not_found', 'auth.client_invalid'],
})

/** POST /api/v1/oauth-clients/{id}/secret */
export const rotateClientSecret = post('/api/v1/oauth-clients/{id}/secret', {
  params: { id: OAuthClient.properties.id },
  summary: 'Replace the secret of an OAuth client; the earlier secret stops working immediately',
  permission: 'oauth-client:manage',
  audited: true,
  owner: 'none',
  idempotencyKey: 'none',
  answers: { 201: NewOAuthClient },
  refuses: ['auth.client_not_found', 'auth.client_public'],
})

/** DELETE /api/v1/oauth-clients/{id} */
export const deleteOAuthClient = remove('/api/v1/oauth-clients/{id}', {
  params: { id: OAuthClient.properties.id },
  summary: 'Delete an OAuth client; its sessions end',
  permission: 'oauth-client:manage',
  audited: true,
  owner: 'none',
  answers: { 204: null },
  refuses: ['auth.client_not_found', 'auth.client_first_party'],
})

/** GET /api/v1/auth/sessions */
export const listSessionsAtAuth = alias('/api/v1/auth/sessions', listSessions)

/** DELETE /api/v1/auth/sessions */
export const endOwnSessionsAtAuth = alias('/api/v1/auth/sessions', endOwnSessions)

/** DELETE /api/v1/auth/sessions/{id} */
export const endSessionAtAuth = alias('/api/v1/auth/sessions/{id}', endSession)

/** POST /api/v1/auth/sign-out */
export const signOut = post('/api/v1/auth/sign-out', {
  summary: 'End the session of the request’s own token',
  permission: 'session:manage',
  audited: true,
  owner: 'none',
  idempotencyKey: 'none',
  answers: { 204: null },
})

/** POST /api/v1/auth/refresh */
export const refreshTokens = post('/api/v1/auth/refresh', {
  summary:
    'Refresh the tokens of a sign-in with e-mail and password: the same as the token endpoint for the client stoa-shop',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  external: true,
  rateClass: 'critical',
  body: Type.Object({ refreshToken: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
  answers: { 200: RenewedTokens },
  refuses: ['auth.refresh_token_invalid'],
})
