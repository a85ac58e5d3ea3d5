import { appSessionPaths, type App } from '@stoa/contract'
import { gateway } from '@stoa/contracts/gateway/service'
import { fingerprint } from '@stoa/security'
import { findAddedService } from '../known-services.ts'
import type { ClientMetadata, Provider } from 'oidc-provider'
import type { OAuthClientRow } from '../store/oauth-clients.ts'

/** The full names of the methods that a service declares to call: by caller, then by callee. */
export type DeclaredCalls = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>

/** The client of the shop and of sign-ins by e-mail and password. */
export const SHOP_CLIENT = 'stoa-shop'
/** The grant that turns an API key into an access token. */
export const API_KEY_GRANT = 'urn:stoa:params:oauth:grant-type:api-key'

const FIRST_PARTY = 'is_first_party'
/** What our clients have besides the metadata of OAuth. */
export const EXTRA_CLIENT_METADATA = [FIRST_PARTY]

/** Whether a client is a program of ours: signing in to it is all the consent there is. */
export function isFirstParty(client: object | undefined): boolean {
  return client !== undefined && Reflect.get(client, FIRST_PARTY) === true
}

interface ClientSettings {
  readonly issuer: string
  readonly declaredCalls: DeclaredCalls
  /** Secrets by service; `*` is that of every service that is not named. */
  readonly serviceSecrets: ReadonlyMap<string, string>
}

// neither calls anyone by RPC; both follow ended sessions, and the gateway turns API keys into tokens
const callingNobody = ['gateway', 'registry']

/** The names of all clients that are services. */
export function serviceNames(declaredCalls: DeclaredCalls): ReadonlySet<string> {
  return new Set([...declaredCalls.keys(), ...callingNobody])
}

/** Every service; the programs that sign people in are kept in the database. */
export function serviceClients({ issuer, declaredCalls, serviceSecrets }: ClientSettings): ClientMetadata[] {
  return [...serviceNames(declaredCalls)]
    .flatMap((service) => serviceClient(service, serviceSecrets))
    .map((client) =>
      client.client_id === gateway.name ? signingIn(client, Object.values(gateway.apps), issuer) : client,
    )
}

/** Whether refresh tokens of this client stay the same: it keeps its secret, so that a stolen one alone is of no use (RFC 9700, 2.2.2). */
export function keepsRefreshTokens(client: { readonly clientId: string } | undefined): boolean {
  return client?.clientId === gateway.name
}

/** The gateway as the client that signs people in to its apps. */
function signingIn(client: ClientMetadata, apps: readonly App[], issuer: string): ClientMetadata {
  const at = (path: string) => new URL(path, issuer).href
  return {
    ...client,
    client_name: 'Stoa',
    grant_types: [...(client.grant_types ?? []), 'authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: apps.map(({ path }) => at(path + appSessionPaths.signedIn)),
    post_logout_redirect_uris: apps.map(({ path }) => at(`${path}/`)),
    [FIRST_PARTY]: true,
  }
}

/** A program as oidc-provider reads it; in the place of the secret stands its fingerprint. */
export function clientMetadata(row: OAuthClientRow, issuer: string): ClientMetadata {
  const at = (uris: readonly string[]) => uris.map((uri) => new URL(uri, issuer).href)
  return {
    client_id: row.id,
    client_name: row.name,
    application_type: row.applicationType,
    ...(row.secretFingerprint === null
      ? { token_endpoint_auth_method: 'none' }
      : { token_endpoint_auth_method: 'client_secret_basic', client_secret: row.secretFingerprint }),
    grant_types: [...row.grantTypes],
    response_types: row.grantTypes.includes('authorization_code') ? ['code'] : [],
    redirect_uris: at(row.redirectUris),
    post_logout_redirect_uris: at(row.postLogoutRedirectUris),
    [FIRST_PARTY]: row.isFirstParty,
  }
}

/** A service that was added to the running system, as oidc-provider reads it; in the place of the secret stands its fingerprint. */
export function addedServiceClient(name: string): ClientMetadata | undefined {
  const service = findAddedService(name)
  return service === undefined ? undefined : { ...clientOf(name, service.secretFingerprint) }
}

/** Lets the secret of a program be compared by its fingerprint, which is all that is kept of it. */
export function compareByFingerprint({ Client }: Provider, services: ReadonlySet<string>): void {
  const { prototype } = Client as unknown as { prototype: { compareClientSecret: (actual: string) => unknown } }
  const compare = prototype.compareClientSecret
  prototype.compareClientSecret = function compareClientSecret(this: { readonly clientId: string }, actual) {
    return compare.call(this, services.has(this.clientId) ? actual : fingerprint(actual))
  }
}

function serviceClient(service: string, secrets: ReadonlyMap<string, string>): ClientMetadata[] {
  const secret = secrets.get(service) ?? secrets.get('*')
  if (secret === undefined) return []
  return [{ ...clientOf(service, secret), grant_types: ['client_credentials', API_KEY_GRANT] }]
}

function clientOf(name: string, secret: string): ClientMetadata {
  return {
    client_id: name,
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  }
}
