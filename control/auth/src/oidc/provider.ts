import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { platformErrors } from '@stoa/contract'
import { createLocalJWKSet, jwtVerify, type JWK } from 'jose'
import type { Claims } from '@stoa/security'
import { type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { registerApiKeyGrant, type UseApiKey } from './api-key-grant.ts'
import { providerConfiguration, type ProviderSettings } from './configuration.ts'
import { INTERACTION_PATH, serveInteraction, type VerifyPassword } from './interaction.ts'
import { acceptStructuredTokens } from './structured-tokens.ts'

export { makeAccounts } from './accounts.ts'
export { makeOidcStore } from './adapter.ts'
export { mintFirstTokens } from './mint.ts'
export type { Provider }

/** What the authorization server needs besides its configuration. */
export interface OidcServerSettings extends ProviderSettings {
  readonly verifyPassword: VerifyPassword
  readonly useApiKey: UseApiKey
  readonly isApiKeyLive: (apiKeyId: string) => Promise<boolean>
  readonly onError: (error: unknown) => void
}

/** An authorization server over one set of signing keys. */
export interface OidcServer {
  readonly provider: Provider
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

/** Makes oidc-provider with our clients, storage, pages and grants; the first key signs, all of them verify. */
export function makeOidcServer(settings: OidcServerSettings, keys: readonly JWK[]): OidcServer {
  const provider = new Provider(settings.issuer, providerConfiguration(settings, { keys: [...keys] }))
  provider.proxy = true
  const emitter: EventEmitter = provider
  emitter.on('error', settings.onError)
  provider.on('server_error', (_ctx, error: Error) => settings.onError(error))
  provider.use(answerUnknownPaths)
  registerApiKeyGrant(provider, settings.accounts, settings.useApiKey)
  const substitute = acceptStructuredTokens(provider, ownTokens(settings, keys))
  const callback = provider.callback()
  const issuer = new URL(settings.issuer)

  return {
    provider,
    handle: async (request, response) => {
      asSeenFromOutside(request, issuer)
      const path = request.url?.split('?', 1)[0] ?? ''
      if (path === '/.well-known/oauth-protected-resource')
        return sendJson(response, protectedResource(settings.issuer))
      if (path.startsWith(INTERACTION_PATH)) return serveInteraction(settings, provider, request, response)
      const forget = await substitute(request, path)
      try {
        await callback(request, response)
      } finally {
        forget()
      }
    },
  }
}

/** oidc-provider answers its own errors as OAuth says; a path it does not know is a problem like everywhere else. */
async function answerUnknownPaths(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next()
  if (ctx.status !== 404 || ctx.body !== undefined) return
  const title = platformErrors['request.path_unknown'].title
  ctx.status = 404
  ctx.set({ 'content-type': 'application/problem+json' })
  ctx.body = JSON.stringify({ type: '/errors/request.path_unknown', title, status: 404, code: 'request.path_unknown' })
}

/** Every address the server names is the issuer's, whoever asks and by whichever way. */
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
      const apiKeyId = payload.sid?.startsWith('api-key:') === true ? payload.sid.slice('api-key:'.length) : undefined
      return apiKeyId === undefined || (await isApiKeyLive(apiKeyId)) ? payload : undefined
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
    jwks_uri: `${issuer}/oauth2/jwks`,
    scopes_supported: ['openid', 'email', 'profile', 'stoa'],
  }
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' })
  response.end(JSON.stringify(body))
}
