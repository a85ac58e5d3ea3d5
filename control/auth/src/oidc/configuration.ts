import { audienceOf, PROOF_ALGORITHMS, PUBLIC_AUDIENCE, resourceOf } from '@stoa/security'
import { findAddedService, knownAccess, knownPermissions } from '../known-services.ts'
import type {
  AccessToken,
  AsymmetricSigningAlgorithm,
  ClientCredentials,
  Configuration,
  JWKS,
  KoaContextWithOIDC,
  ResourceServer,
} from 'oidc-provider'
import { errors } from 'oidc-provider'
import { accountOf, type Accounts } from './accounts.ts'
import {
  EXTRA_CLIENT_METADATA,
  isFirstParty,
  keepsRefreshTokens,
  serviceClients,
  serviceNames,
  type DeclaredCalls,
} from './clients.ts'
import { pages } from './pages.ts'
import type { OidcStore } from './adapter.ts'

/** The API that people and their programs call, as a resource indicator. */
export const API = resourceOf(PUBLIC_AUDIENCE)

export const AUTHORIZE_PATH = '/oauth2/authorize'
/** Where a person enters the code that a device shows. */
export const DEVICE_PATH = '/oauth2/device'

/** Where oidc-provider serves what. */
export const ENDPOINTS = {
  authorization: AUTHORIZE_PATH,
  token: '/oauth2/token',
  revocation: '/oauth2/revoke',
  introspection: '/oauth2/introspect',
  userinfo: '/oauth2/userinfo',
  jwks: '/oauth2/jwks',
  end_session: '/oauth2/logout',
  pushed_authorization_request: '/oauth2/par',
  device_authorization: '/oauth2/device/authorize',
  code_verification: DEVICE_PATH,
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** How long a session lasts without being used, and at all. */
const IDLE_SECONDS = 14 * DAY
export const SESSION_SECONDS = 30 * DAY
export const ACCESS_TOKEN_SECONDS = 15 * MINUTE
const SERVICE_TOKEN_SECONDS = HOUR

/** What who an account is may be asked with. */
export const IDENTITY_SCOPES = ['openid', 'email', 'profile']
const OIDC_SCOPES = [...IDENTITY_SCOPES, 'offline_access']
/**
 * What a program may ask for in the name of an account; the scopes of OpenID Connect let it ask for who the account is.
 * `service:internal` is for API keys alone, and for those of accounts that manage everybody's keys.
 */
export function apiScopes(): readonly string[] {
  const named = Object.keys(knownAccess.scopes).filter((scope) => scope !== 'service:internal')
  return [...IDENTITY_SCOPES, ...named, ...knownPermissions()]
}

/** The scopes that the metadata names: all that a program may ask for. */
export function publishedScopes(): readonly string[] {
  return [...OIDC_SCOPES, ...apiScopes().filter((scope) => !OIDC_SCOPES.includes(scope))]
}

export interface ProviderSettings {
  readonly issuer: string
  readonly declaredCalls: DeclaredCalls
  readonly serviceSecrets: ReadonlyMap<string, string>
  readonly store: OidcStore
  readonly accounts: Accounts
  readonly cookieKeys: readonly string[]
}

/** The API as a resource server: its tokens are JWTs for the audience `stoa`. */
export function apiResource(): ResourceServer {
  return {
    scope: apiScopes().join(' '),
    audience: PUBLIC_AUDIENCE,
    accessTokenFormat: 'jwt',
    accessTokenTTL: ACCESS_TOKEN_SECONDS,
    jwt: { sign: { alg: 'RS256' } },
  }
}

/** Everything that oidc-provider is told; what is not named here is off. */
export function providerConfiguration(settings: ProviderSettings, jwks: JWKS): Configuration {
  return {
    adapter: settings.store.adapter,
    clients: serviceClients(settings),
    extraClientMetadata: { properties: [...EXTRA_CLIENT_METADATA] },
    jwks,
    routes: ENDPOINTS,
    scopes: OIDC_SCOPES,
    claims: {
      openid: ['sub', 'auth_time', 'amr'],
      email: ['email', 'email_verified'],
      profile: ['name', 'locale', 'updated_at', 'roles', 'tier'],
    },
    responseTypes: ['code'],
    enabledJWA: { dPoPSigningAlgValues: [...PROOF_ALGORITHMS] as AsymmetricSigningAlgorithm[] },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    pkce: { required: () => true },
    // which origins there are, the gateway says
    clientBasedCORS: () => true,
    clockTolerance: 5,
    cookies: {
      keys: [...settings.cookieKeys],
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
      long: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    findAccount: (_ctx, subject) => settings.accounts.find(subject),
    extraTokenClaims: (ctx, token) => extraClaims(settings.accounts, ctx, token),
    formats: { customizers: { jwt: nameDeclaredMethods } },
    interactions: { url: (_ctx, { uid }) => `/oauth2/interaction/${uid}` },
    loadExistingGrant,
    features: features(settings.declaredCalls),
    ...lives(),
    renderError: pages.error,
  }
}

function features(declared: DeclaredCalls): NonNullable<Configuration['features']> {
  const services = serviceNames(declared)
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: {
      enabled: true,
      userCodeInputSource: pages.userCodeInput,
      userCodeConfirmSource: pages.userCodeConfirm,
      successSource: pages.deviceDone,
    },
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) =>
        client.clientId === token.clientId ||
        services.has(client.clientId) ||
        findAddedService(client.clientId) !== undefined,
    },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId },
    rpInitiatedLogout: { enabled: true, logoutSource: pages.logout, postLogoutSuccessSource: pages.loggedOut },
    resourceIndicators: {
      enabled: true,
      // a service that names no callee is refused by it
      defaultResource: () => API,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource, client) => resourceServer(declared, resource, client.clientId),
    },
  }
}

/** The services that every service may follow: auth for ended sessions, config for flags. */
const followed: ReadonlySet<string> = new Set(['auth', 'config'])

/** Services get tokens for the callees they declare and for those they follow; all others for the API. */
function resourceServer(declared: DeclaredCalls, resource: string, clientId: string): ResourceServer {
  const audience = audienceOf(resource)
  const calls = declared.get(clientId) ?? findAddedService(clientId)?.calls
  if (calls === undefined && audience === PUBLIC_AUDIENCE) return apiResource()
  if (calls === undefined && !serviceNames(declared).has(clientId)) {
    throw new errors.InvalidTarget('the client may ask for the API alone')
  }
  const methods = calls?.get(audience ?? '') ?? (followed.has(audience ?? '') ? [] : undefined)
  if (audience === undefined || methods === undefined)
    throw new errors.InvalidTarget('the service declares no call of this one')
  return {
    scope: methods.join(' '),
    audience,
    accessTokenFormat: 'jwt',
    accessTokenTTL: SERVICE_TOKEN_SECONDS,
    jwt: { sign: { alg: 'RS256' } },
  }
}

type JwtCustomizer = NonNullable<NonNullable<NonNullable<Configuration['formats']>['customizers']>['jwt']>

/** A service that asks for no scope gets all the methods it declares. */
const nameDeclaredMethods: JwtCustomizer = (_ctx, token, jwt) => {
  if (token.kind === 'ClientCredentials') jwt.payload.scope ??= token.resourceServer?.scope
}

function extraClaims(accounts: Accounts, ctx: KoaContextWithOIDC | undefined, token: AccessToken | ClientCredentials) {
  if (token.kind !== 'AccessToken') return undefined
  const noted = accounts.noted(token)
  const account = noted ?? accountOf(ctx?.oidc.account)
  if (account === undefined) throw new Error('an access token is minted for an account that was not looked up')
  const { email, roles, tier } = account
  const amr = methodsOfToken(noted?.methods ?? methodsOfRequest(ctx))
  return { email, roles: [...roles], tier, sid: token.grantId, ...(amr.length === 0 ? {} : { amr }) }
}

/** How the person was authenticated to whom the code or the refresh token was issued. */
function methodsOfRequest(ctx: KoaContextWithOIDC | undefined): readonly string[] {
  const { AuthorizationCode: code, DeviceCode: device, RefreshToken: refresh } = ctx?.oidc.entities ?? {}
  const shown = [code, device, refresh].find((each) => each !== undefined) as { readonly amr?: string[] } | undefined
  return shown?.amr ?? []
}

const registeredMethods: ReadonlySet<string> = new Set(['pwd', 'otp', 'pop', 'mfa'])

/** The methods as they stand in a token: those of RFC 8176 alone. */
function methodsOfToken(methods: readonly string[]): string[] {
  // sessions that were opened by an earlier release of user
  const spelled = methods.map((method) => (method === 'password' ? 'pwd' : method))
  return spelled.filter((method) => registeredMethods.has(method))
}

async function loadExistingGrant(ctx: KoaContextWithOIDC) {
  const { oidc } = ctx
  const { client, session, provider } = oidc
  if (client === undefined || session?.accountId === undefined) return undefined
  const grantId = oidc.result?.consent?.grantId ?? session.grantIdFor(client.clientId)
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  if (known !== undefined || !isFirstParty(client)) return known
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope([...IDENTITY_SCOPES, ...oidc.requestParamOIDCScopes].join(' '))
  grant.addResourceScope(API, apiScopes().join(' '))
  await grant.save()
  return grant
}

function lives(): Partial<Configuration> {
  return {
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: MINUTE,
      ClientCredentials: SERVICE_TOKEN_SECONDS,
      DeviceCode: 10 * MINUTE,
      Grant: SESSION_SECONDS,
      IdToken: HOUR,
      Interaction: HOUR,
      Session: IDLE_SECONDS,
      RefreshToken: (_ctx, token) => {
        // no token outlives the session it renews
        const begun = (token as { readonly iiat?: number }).iiat ?? Math.floor(Date.now() / 1_000)
        return Math.max(1, Math.min(IDLE_SECONDS, begun + SESSION_SECONDS - Math.floor(Date.now() / 1_000)))
      },
    },
    // an app sends several requests at once, and a token that two of them exchange would end its session
    rotateRefreshToken: ({ oidc }) => !keepsRefreshTokens(oidc.client),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // signing out of the browser ends what was signed in to by it, but not a device that it let in
    expiresWithSession: (ctx) => isFirstParty(ctx.oidc.client),
    revokeGrantPolicy: () => true,
  }
}
