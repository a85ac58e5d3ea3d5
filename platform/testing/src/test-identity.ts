import { platformError } from '@stoa/kernel'
import { anonymous, createPrincipals, type AccessTable, type Claims } from '@stoa/security'
import type { Identity } from '@stoa/service'

/** A caller of a service under test. */
export interface TestCaller {
  readonly subject: string
  readonly roles?: readonly string[]
}

/** Returns the authorization header of a caller; only `testIdentity` accepts it. */
export function asCaller({ subject, roles = ['customer'] }: TestCaller): string {
  return `Bearer ${Buffer.from(JSON.stringify({ subject, roles })).toString('base64url')}`
}

/** Makes an identity that accepts the callers of `asCaller`, and lets any service call every method. */
export function testIdentity(access: AccessTable): Identity {
  const principalOf = createPrincipals(access)
  return {
    tokens: { token: async (audience) => `service-token-for-${audience}`, forget() {} },
    verifier: { verify: () => refuse(), forget() {}, revokeSessions() {}, knowsEnded() {}, checkKeys: async () => 1 },
    onInvalidated: () => () => {},
    close: async () => {},
    async authenticate(authorization) {
      if (authorization === undefined) return anonymous
      const { subject, roles = [] } = readCaller(authorization)
      const principal = principalOf(claimsOf({ subject, roles }))
      return subject.startsWith('service:') ? { ...principal, kind: 'service', mayCall: () => true } : principal
    },
  }
}

function readCaller(authorization: string): TestCaller {
  try {
    return JSON.parse(Buffer.from(authorization.replace(/^Bearer /, ''), 'base64url').toString()) as TestCaller
  } catch {
    return refuse()
  }
}

function refuse(): never {
  throw platformError('auth.token_invalid', 'not a test caller')
}

function claimsOf({ subject, roles = [] }: TestCaller): Claims {
  return { sub: subject, roles, scope: 'stoa', tier: 'free' } as unknown as Claims
}
