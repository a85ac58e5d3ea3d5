import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { catalogueError, platformErrors } from '@stoa/contract'
import { createLocalJWKSet, jwtVerify, type JWK } from 'jose'
import { PROOF_ALGORITHMS, type Claims, type ProofVerifier } from '@stoa/security'
import { errors, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { apiKeyOfSessionId } from '../end-sessions.ts'
import type { ApiKeyTokens } from '../store/api-keys.ts'
import { registerApiKeyGrant, type UseApiKey } from './api-key-grant.ts'
import { compareByFingerprint, serviceNames } from './clients.ts'
import {
  AUTHORIZE_PATH,
  DEVICE_PATH,
  providerConfiguration,
  publishedScopes,
  type ProviderSettings,
} from './configuration.ts'
import { methodsAt } from './endpoints.ts'
import { readForm } from './form.ts'
import { INTERACTION_PATH, serveInteraction } from './interaction.ts'
import type { BeginPasskey, VerifyPasskey } from './passkey.ts'
import type { VerifyCode, VerifyPassword } from './sign-in.ts'
import { acceptStructuredTokens } from './structured-tokens.ts'

export { askInProcess } from './ask-in-process.ts'
export { makeAccounts } from './accounts.ts'
export { makeOidcStore } from './adapter.ts'
export { mintFirstTokens } from './mint.ts'
export type { Provider }

/** What the authorization server needs besides its configuration. */
export interface OidcServerSettings extends ProviderSettings {
  readonly verifyPassword: VerifyPassword
  readonly verifyCode: VerifyCode
  readonly beginPasskey: BeginPasskey
  readonly verifyPasskey: VerifyPasskey
  readonly useApiKey: UseApiKey
  /** Whether an API key is there, and its tokens of this generation have not been ended. */
  readonly isApiKeyLive: (apiKey: ApiKeyTokens) => Promise<boolean>
  /** Remembers the proofs that were used, also over a change of the keys. */
  readonly proofs: ProofVerifier
  readonly onError: (error: unknown) => void
}

/** Serves one request to the authorization server that comes from an address. */
export type Handle = (
  request: IncomingMessage,
  response: ServerResponse,
  from: { readonly address: string },
) => Promise<void>

/** An authorization server over one set of signing keys. */
export interface OidcServer {
  readonly provider: Provider
  readonly handle: Handle
}

/** Makes oidc-provider with our clients, storage, pages and grants; the first key signs, all of them verify. */
export function makeOidcServer(settings: OidcServerSettings, keys: readonly JWK[]): OidcServer {
  const provider = new Provider(settings.issuer, providerConfiguration(settings, { keys: [...keys] }))
  provider.proxy = true
  compareByFingerprint(provider, serviceNames(settings.declaredCalls))
  const emitter: EventEmitter = provider
  emitter.on('error', settings.onError)
  provider.on('server_error', (_ctx, error: Error) => settings.onError(error))
  provider.use(leaveToTheDoor)
  registerApiKeyGrant(provider, settings.accounts, settings.useApiKey)
  const substitute = acceptStructuredTokens(provider, {
    verify: ownTokens(settings, keys),
    proofs: settings.proofs,
    issuer: settings.issuer,
  })
  const callback = provider.callback()
  const issuer = new URL(settings.issuer)

  return {
    provider,
    handle: (request, response, { address }) =>
      settings.store.during(async () => {
        asSeenFromOutside(request, issuer)
        const path = request.url?.split('?', 1)[0] ?? ''
        refuseWrongMethod(request.method ?? '', path, response)
        if (path === '/.well-known/oauth-protected-resource')
          return sendJson(response, protectedResource(settings.issuer))
        if (path.startsWith(INTERACTION_PATH))
          return serveInteraction({ ...settings, address }, provider, request, response)
        if (path === AUTHORIZE_PATH && request.method === 'POST') return authorizeByGet(request, response)
        withoutQueryOnReturn(request, path)
        const forget = await substitute(request, path)
        try {
          await callback(request, response)
        } finally {
          forget()
        }
        if (!response.headersSent)
          throw catalogueError(
            platformErrors,
            'request.path_unknown',
            `There is no endpoint ${request.method} ${path}.`,
          )
      }),
  }
}

/** @throws AppError `request.method_not_allowed`, with `Allow` set, for a path that has other methods */
function refuseWrongMethod(method: string, path: string, response: ServerResponse): void {
  const allowed = methodsAt(path)
  if (allowed === undefined || allowed.includes(method)) return
  response.setHeader('allow', allowed.join(', '))
  const detail = `This path supports only ${allowed.join(', ')}.`
  throw catalogueError(platformErrors, 'request.method_not_allowed', detail)
}

/**
 * Leaves to others what is theirs: a path that the provider does not know is a problem like everywhere else, and which
 * origins may read its responses is the gateway's to say (CORS_ORIGINS).
 */
async function leaveToTheDoor(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  try {
    await next()
  } catch (error) {
    if (isDeviceStepOfNoSession(ctx)) {
      ctx.status = 303
      ctx.redirect(DEVICE_PATH)
    } else if (error instanceof errors.InvalidRequest) {
      // found when the session was saved, which oidc-provider does after it has answered
      ctx.status = error.statusCode
      ctx.body = { error: error.error, error_description: error.error_description }
    } else throw error
  }
  for (const name of Object.keys(ctx.response.headers)) if (name.startsWith('access-control-')) ctx.remove(name)
  // oidc-provider names those of OpenID Connect alone
  if (ctx.oidc?.route === 'discovery') Object.assign(ctx.body as object, { scopes_supported: publishedScopes() })
  if (ctx.status === 404 && ctx.body === undefined) ctx.respond = false
}

const deviceRoutes = new Set(['code_verification', 'device_resume'])

/** Whether a step of the device page came without the session it belongs to, which oidc-provider fails to save: the page is shown again. */
function isDeviceStepOfNoSession({ oidc }: KoaContextWithOIDC): boolean {
  return deviceRoutes.has(oidc.route) && oidc.session !== undefined && oidc.session.exp === undefined
}

/** A browser that returns from the pages is identified by a cookie. Only oidc-provider reads the query, and it fails on some values. */
function withoutQueryOnReturn(request: IncomingMessage, path: string): void {
  if (path.startsWith(`${AUTHORIZE_PATH}/`)) request.url = path
}

/** An authorization request that is posted (OpenID Connect Core 3.1.2.1) continues as a GET, with which `lax` cookies are sent. */
async function authorizeByGet(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = await readForm(request)
  if (form === undefined) throw catalogueError(platformErrors, 'request.too_large', 'A form may be at most 16 KiB.')
  response.writeHead(303, { location: `${AUTHORIZE_PATH}?${form.toString()}`, 'cache-control': 'no-store' }).end()
}

/** Every URL in a response starts with the issuer, regardless of the address at which the request arrived. */
function asSeenFromOutside(request: IncomingMessage, issuer: URL): void {
  request.headers.host = issuer.host
  request.headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1)
  delete request.headers['x-forwarded-host']
}

function ownTokens({ issuer, isApiKeyLive }: OidcServerSettings, keys: readonly JWK[]) {
  const published = createLocalJWKSet({ keys: keys.map(({ kty, n, e, kid, alg }) => ({ kty, n, e, kid, alg }) as JWK) })
  return async (token: string): Promise<Claims | undefined> => {
    try {
      const { payload } = await jwtVerify<Claims>(token, published, { issuer, algorithms: ['RS256'], typ: 'at+jwt' })
      const apiKey = apiKeyOfSessionId(payload.sid)
      return apiKey === undefined || (await isApiKeyLive(apiKey)) ? payload : undefined
    } catch {
      return undefined
    }
  }
}

/** Metadata of the API as a protected resource (RFC 9728). */
function protectedResource(issuer: string): object {
  return {
    resource: issuer,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    jwks_uri: `${issuer}/oauth2/jwks`,
    scopes_supported: publishedScopes(),
  }
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' })
  response.end(JSON.stringify(body))
}
