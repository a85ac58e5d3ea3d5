import type { ClientMetadata } from 'oidc-provider'

/** The full names of the methods that a service declares to call: by caller, then by callee. */
export type DeclaredCalls = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>

/** The client of the shop and of sign-ins by e-mail and password. */
export const SHOP_CLIENT = 'stoa-shop'
/** The grant that turns an API key into an access token. */
export const API_KEY_GRANT = 'urn:stoa:params:oauth:grant-type:api-key'

const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** Our own programs: signing in to them is all the consent there is. */
const FIRST_PARTY = new Set([SHOP_CLIENT, 'stoa-console'])

/** Whether a client is a program of ours, for which nobody is asked for consent. */
export function isFirstParty(clientId: string): boolean {
  return FIRST_PARTY.has(clientId)
}

interface ClientSettings {
  readonly issuer: string
  readonly declaredCalls: DeclaredCalls
  /** Secrets by service; `*` is that of every service that is not named. */
  readonly serviceSecrets: ReadonlyMap<string, string>
}

/** The clients that are known from the start: our programs, and every service that calls another. */
export function knownClients({ issuer, declaredCalls, serviceSecrets }: ClientSettings): ClientMetadata[] {
  return [
    web(SHOP_CLIENT, 'Stoa', `${issuer}/`),
    web('stoa-console', 'Stoa console', `${issuer}/console/`),
    {
      client_id: 'stoa-cli',
      client_name: 'The stoa command line',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: [DEVICE_CODE_GRANT, 'refresh_token', API_KEY_GRANT],
      response_types: [],
      redirect_uris: [],
    },
    // the gateway calls nobody by RPC; it turns API keys into tokens
    ...[...declaredCalls.keys(), 'gateway'].flatMap((service) => serviceClient(service, serviceSecrets)),
  ]
}

function web(clientId: string, name: string, home: string): ClientMetadata {
  return {
    client_id: clientId,
    client_name: name,
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [`${home}signed-in`],
    post_logout_redirect_uris: [home],
  }
}

function serviceClient(service: string, secrets: ReadonlyMap<string, string>): ClientMetadata[] {
  const secret = secrets.get(service) ?? secrets.get('*')
  if (secret === undefined) return []
  return [
    {
      client_id: service,
      client_secret: secret,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials', API_KEY_GRANT],
      response_types: [],
      redirect_uris: [],
    },
  ]
}
