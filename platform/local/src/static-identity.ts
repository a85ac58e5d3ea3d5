import { platformError } from '@stoa/kernel'
import { anonymous, createPrincipals, type AccessTable, type Claims } from '@stoa/security'
import type { Identity } from '@stoa/service'

/** A caller of a service with a static identity. */
export interface LocalCaller {
  readonly subject: string
  /** `customer` if omitted. */
  readonly roles?: readonly string[]
  /** The session of the token; none if omitted. */
  readonly sessionId?: string
}

/** Returns the authorization header of a caller; only a static identity accepts it. */
export function asCaller({ roles = ['customer'], ...caller }: LocalCaller): string {
  return `Bearer ${tokenOf({ ...caller, roles })}`
}

/**
 * Makes an identity that believes every caller and lets any service call every method: for tests, and for services that run on
 * one's own machine without auth. Its tokens are not secret, so its service must not be reachable by others.
 */
export function staticIdentity(access: AccessTable, service: string): Identity {
  const principalOf = createPrincipals(access)
  const own = tokenOf({ subject: `service:${service}`, roles: ['service'] })
  return {
    tokens: { token: async () => own, forget() {} },
    verifier: { verify: () => refuse(), forget() {}, revokeSessions() {}, knowsEnded() {}, checkKeys: async () => 1 },
    onInvalidated: () => () => {},
    close: async () => {},
    signIn: async (credential) => {
      const principal = principalOf(claimsOf(readCaller(credential)))
      return async () => principal
    },
    async authenticate(authorization) {
      if (authorization === undefined) return anonymous
      const caller = readCaller(authorization)
      const principal = principalOf(claimsOf(caller))
      if (!caller.subject.startsWith('service:')) return principal
      const can = (permission: string) => permission === 'service' || principal.can(permission)
      return { ...principal, kind: 'service', can, mayCall: () => true }
    },
  }
}

function tokenOf(caller: LocalCaller): string {
  return Buffer.from(JSON.stringify(caller)).toString('base64url')
}

function readCaller(authorization: string): LocalCaller {
  const caller = readToken(authorization.replace(/^Bearer /, ''))
  return isCaller(caller) ? caller : refuse()
}

function readToken(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString())
  } catch {
    return undefined
  }
}

function isCaller(value: unknown): value is LocalCaller {
  if (typeof value !== 'object' || value === null) return false
  const { subject, roles = [], sessionId = '' } = value as Readonly<Record<keyof LocalCaller, unknown>>
  if (typeof subject !== 'string' || typeof sessionId !== 'string') return false
  return Array.isArray(roles) && roles.every((role) => typeof role === 'string')
}

function refuse(): never {
  throw platformError('auth.token_invalid', 'The token was not made for a static identity.')
}

function claimsOf({ subject, roles = [], sessionId }: LocalCaller): Claims {
  return { sub: subject, roles, sid: sessionId, scope: 'stoa', tier: 'free' } as unknown as Claims
}
