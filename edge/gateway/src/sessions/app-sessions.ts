import { systemClock } from '@stoa/kernel'
import type { AccessTable, Claims, Principal, TokenVerifier } from '@stoa/security'
import type { GatewayConfig } from '../start-gateway.ts'
import { accessTokens } from './access-tokens.ts'
import { authorizationServer } from './authorization-server.ts'
import { makeSealer, type Sealer } from './sealed.ts'
import { sessionPages, type SessionPages } from './session-pages.ts'
import { sessionPolicy, type SessionPolicy } from './session-policy.ts'
import { sessionStore } from './session-store.ts'

/** The sessions of those who sign in to an app. */
export interface AppSessions {
  readonly policy: SessionPolicy
  readonly pages: SessionPages
  /** The origin that browsers use. */
  readonly origin: string
  readonly sealer: Sealer
}

interface SessionsOptions {
  readonly settings: GatewayConfig
  readonly access: AccessTable
  readonly verifier: TokenVerifier
  readonly principalOf: (claims: Claims) => Principal
}

/** The name of the gateway as a client of the authorization server. */
const clientId = 'gateway'

/** Makes the sessions of all apps; the browser holds them encrypted, so that any gateway with the same secret serves them. */
export function appSessions({ settings, access, verifier, principalOf }: SessionsOptions): AppSessions {
  const { authUrl, authIssuer: issuer, serviceClientSecret: secret, stoaEnv: environment } = settings
  const { origin } = new URL(issuer)
  const clock = systemClock
  const server = authorizationServer({ url: authUrl, client: { id: clientId, secret } })
  const tokens = accessTokens(server, clock)
  const sealer = makeSealer(secret)
  const store = sessionStore({ sealer, clock, origin })
  const permissions = [...new Set(Object.values(access.roles).flat())].sort()
  const shared = { store, tokens, origin }
  return {
    origin,
    sealer,
    policy: sessionPolicy(shared),
    pages: sessionPages({
      ...shared,
      server,
      verifier,
      principalOf,
      permissions,
      clock,
      issuer,
      environment,
      clientId,
    }),
  }
}
