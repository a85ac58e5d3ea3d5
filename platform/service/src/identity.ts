import type { Principal } from '@stoa/contract'
import type { OnInvalidated } from '@stoa/http'
import { type Clock, platformError } from '@stoa/kernel'
import type { Part } from '@stoa/kernel/part'
import {
  anonymous,
  createApiKeyExchange,
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
import { makeSignIn, type SignIn } from './sign-in.ts'

/** Authenticates the callers of a service, and provides its tokens for calls. */
export interface Identity {
  readonly authenticate: (
    authorization: string | undefined,
  ) => Promise<Principal & ReturnType<ReturnType<typeof createPrincipals>>>
  readonly tokens: ServiceTokens
  readonly verifier: TokenVerifier
  readonly onInvalidated: OnInvalidated
  readonly signIn: SignIn
  /** Stops following ended sessions. */
  readonly close: () => Promise<void>
}

interface IdentityOptions {
  readonly service: string
  readonly issuer: string
  readonly secret: string
  /** The URL of auth inside the system, bypassing the gateway. */
  readonly authUrl: string
  readonly access: AccessTable
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Maximum milliseconds for which the verification of a token waits, after a start, until the ended sessions are known. */
export const waitForEndedMs = 3_000

/**
 * Verifies bearer tokens of users (audience `stoa`) and of services (audience: this service), and gets tokens for calls. Follows
 * ended sessions until `close`.
 */
export function makeIdentity(options: IdentityOptions): Identity {
  const { service, issuer, secret, authUrl, access, clock, telemetry } = options
  const loadKeys = fetchKeys(() => `${authUrl}/oauth2/jwks`)
  const verifier = createTokenVerifier({
    issuer,
    audience: [PUBLIC_AUDIENCE, service],
    loadKeys,
    clock,
    waitForEndedMs,
  })
  const principalOf = createPrincipals(access)
  const tokenUrl = () => `${authUrl}/oauth2/token`
  const tokens = createServiceTokens({ service, secret, tokenUrl, clock, telemetry })
  const { onInvalidated, verifier: verifierWithListeners } = observableVerifier(verifier)
  const close = followEndedSessions({
    authUrl,
    client: { service, secret },
    clock,
    verifier: verifierWithListeners,
    tokens,
    logger: telemetry.logger,
  })
  return {
    verifier,
    onInvalidated,
    signIn: makeSignIn({
      verify: verifier.verify,
      principalOf,
      exchangeApiKey: createApiKeyExchange({ service, secret, tokenUrl }),
    }),
    close,
    tokens,
    async authenticate(authorization) {
      if (authorization === undefined) return anonymous
      const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
      if (token === undefined)
        throw platformError('auth.token_invalid', 'The Authorization header contains no bearer token.')
      return principalOf(await verifier.verify(token))
    },
  }
}

/** The part of an identity. A service works without auth with the keys that it knows. */
export function identityPart({ verifier, close }: Identity): Part {
  return {
    name: 'identity',
    stop: close,
    dependencies: { signingKeys: { check: async () => ({ keys: await verifier.checkKeys() }) } },
  }
}

/** Wraps a verifier so that listeners are notified after tokens have become invalid. */
function observableVerifier({ forget, revokeSessions, knowsEnded }: TokenVerifier) {
  const listeners = new Set<Parameters<OnInvalidated>[0]>()
  const notifyListeners = (sessionIds: ReadonlySet<string> | 'unknown') => {
    for (const listener of listeners) listener(sessionIds)
  }
  const onInvalidated: OnInvalidated = (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    onInvalidated,
    verifier: {
      knowsEnded,
      forget() {
        forget()
        notifyListeners('unknown')
      },
      revokeSessions(sessionIds: readonly string[]) {
        revokeSessions(sessionIds)
        notifyListeners(new Set(sessionIds))
      },
    },
  }
}
