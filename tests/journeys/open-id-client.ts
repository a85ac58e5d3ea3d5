import * as oidc from 'openid-client'

/** A program that signs people in to the shop, by `openid-client`. */
export interface OpenIdClient {
  readonly config: oidc.Configuration
  /** Begins a sign-in with PKCE, state and nonce; `finish` takes the address that it ended at. */
  readonly authorize: (more?: Record<string, string>) => Promise<{
    readonly url: string
    readonly finish: (
      endedAt: string,
      options?: oidc.AuthorizationCodeGrantOptions,
    ) => ReturnType<typeof oidc.authorizationCodeGrant>
  }>
  readonly refresh: (refreshToken: string) => ReturnType<typeof oidc.refreshTokenGrant>
  readonly signOutUrl: (idToken: string) => string
}

/** What a program is called and where its sign-ins end; the demonstration shop unless given. */
interface Registration {
  readonly id: string
  readonly secret?: string
  readonly redirectUri: string
}

/** Lets a client reach a server without TLS: loopback has none. */
export function allowLoopback(config: oidc.Configuration): void {
  // oxlint-disable-next-line typescript/no-deprecated -- deprecated so that it is noticed
  oidc.allowInsecureRequests(config)
}
// oxlint-disable-next-line typescript/no-deprecated -- discovery looks for this very function
const insecure = { execute: [oidc.allowInsecureRequests] }

export async function openIdClient(issuer: string, registration?: Registration): Promise<OpenIdClient> {
  const { id, secret, redirectUri } = registration ?? { id: 'stoa-shop', redirectUri: `${issuer}/signed-in` }
  const authentication = secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret)
  const config = await oidc.discovery(new URL(issuer), id, undefined, authentication, insecure)
  return {
    config,
    async authorize(more = {}) {
      const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
      const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()]
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid email profile stoa',
        code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: expectedState,
        nonce: expectedNonce,
        ...more,
      })
      const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
      return {
        url: url.href,
        finish: (at, options) => oidc.authorizationCodeGrant(config, new URL(at), checks, undefined, options),
      }
    },
    refresh: (refreshToken) => oidc.refreshTokenGrant(config, refreshToken),
    signOutUrl: (idToken) =>
      oidc.buildEndSessionUrl(config, {
        id_token_hint: idToken,
        post_logout_redirect_uri: `${issuer}/`,
        state: 'done',
      }).href,
  }
}

/** Begins the device flow of the `stoa` command; `tokens` polls until the person has decided. */
export async function startDevice(issuer: string) {
  const config = await oidc.discovery(new URL(issuer), 'stoa-cli', undefined, oidc.None(), insecure)
  const started = await oidc.initiateDeviceAuthorization(config, { scope: 'stoa' })
  return { userCode: started.user_code, tokens: () => oidc.pollDeviceAuthorizationGrant(config, started) }
}
