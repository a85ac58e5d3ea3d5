import type { Service } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import { anonymous, createPrincipals, type AccessTable, type Claims } from '@stoa/security'
import type { Identity } from '@stoa/service'

/** Who may do what in the examples: those who run them everything. */
export const access: AccessTable = { roles: { operator: ['ops'], service: [] }, scopes: { stoa: 'all' } }

/** The authorization header of somebody with these roles. */
export function asSomebody(subject: string, ...roles: readonly string[]): string {
  return `Bearer ${Buffer.from(JSON.stringify({ subject, roles })).toString('base64url')}`
}

/**
 * An identity for a machine of one's own: whoever calls is who they say they are. A service in a system is started
 * without one and then asks auth for its tokens, and checks those of others.
 */
export function nameIdentity({ name }: Pick<Service, 'name'>): Identity {
  const principalOf = createPrincipals(access)
  return {
    tokens: { token: async () => asSomebody(`service:${name}`, 'service').replace('Bearer ', ''), forget() {} },
    verifier: {
      verify: async () => refuse(),
      forget() {},
      revokeSessions() {},
      knowsEnded() {},
      checkKeys: async () => 1,
    },
    onInvalidated: () => () => {},
    close: async () => {},
    async authenticate(authorization) {
      if (authorization === undefined) return anonymous
      const { subject, roles } = read(authorization)
      const principal = principalOf({ sub: subject, roles, scope: 'stoa', tier: 'free' } as unknown as Claims)
      return subject.startsWith('service:') ? { ...principal, kind: 'service', mayCall: () => true } : principal
    },
  }
}

function read(authorization: string): { readonly subject: string; readonly roles: readonly string[] } {
  try {
    const text = Buffer.from(authorization.replace(/^Bearer /, ''), 'base64url').toString()
    return JSON.parse(text) as { subject: string; roles: string[] }
  } catch {
    return refuse()
  }
}

function refuse(): never {
  throw platformError('auth.token_invalid', 'This name is not used in the examples.')
}
