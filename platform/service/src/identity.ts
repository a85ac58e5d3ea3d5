import type { Principal } from '@stoa/contract'
import { AppError, type Clock } from '@stoa/kernel'
import {
  anonymous,
  createPrincipals,
  createServiceTokens,
  createTokenVerifier,
  fetchKeys,
  PUBLIC_AUDIENCE,
  type AccessTable,
  type ServiceTokens,
  type TokenVerifier,
} from '@stoa/security'
import type { Telemetry } from '@stoa/telemetry'
import { followEndedSessions } from './follow-ended-sessions.ts'

/** Who the callers of a service are, and how it proves itself to others. */
export interface Identity {
  readonly authenticate: (
    authorization: string | undefined,
  ) => Promise<Principal & ReturnType<ReturnType<typeof createPrincipals>>>
  readonly tokens: ServiceTokens
  readonly verifier: TokenVerifier
  /** Hears no more of sessions that end. */
  readonly close: () => Promise<void>
}

interface IdentityOptions {
  readonly service: string
  readonly issuer: string
  readonly secret: string
  /** Where auth is reached inside, without the way over the gateway. */
  readonly authUrl: string
  readonly access: AccessTable
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Verifies bearer tokens of people (audience `stoa`) and of services (audience: this one), and gets tokens of its own; until `close` it follows which sessions end. */
export function makeIdentity(options: IdentityOptions): Identity {
  const { service, issuer, secret, authUrl, access, clock, telemetry } = options
  const loadKeys = fetchKeys(() => `${authUrl}/oauth2/jwks`)
  const verifier = createTokenVerifier({ issuer, audience: [PUBLIC_AUDIENCE, service], loadKeys, clock })
  const principalOf = createPrincipals(access)
  const tokenUrl = () => `${authUrl}/oauth2/token`
  const tokens = createServiceTokens({ service, secret, tokenUrl, clock, telemetry })
  const close = followEndedSessions({ authUrl, verifier, tokens, logger: telemetry.logger })
  return {
    verifier,
    close,
    tokens,
    async authenticate(authorization) {
      if (authorization === undefined) return anonymous
      const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
      if (token === undefined)
        throw new AppError('unauthenticated', 'auth.token_invalid', 'The authorization header holds no bearer token.')
      return principalOf(await verifier.verify(token))
    },
  }
}
