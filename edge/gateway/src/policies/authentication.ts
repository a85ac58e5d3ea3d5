import { platformError } from '@stoa/kernel'
import { anonymous, type Claims, type Principal, type TokenVerifier } from '@stoa/security'
import type { RequestHead } from '../exchange.ts'
import type { Route } from '../routes/route.ts'

/** Authenticates the caller. */
export type Authenticate = (head: RequestHead, route: Route) => Principal | Promise<Principal>

/**
 * Verifies the bearer token (RFC 6750). On a public route an invalid token is ignored; mounted handlers read their own
 * credentials. Throws AppError `auth.token_invalid`.
 */
export function authentication(verifier: TokenVerifier, principalOf: (claims: Claims) => Principal): Authenticate {
  const verified = async (claims: Promise<Claims>, route: Route): Promise<Principal> => {
    try {
      return principalOf(await claims)
    } catch (error) {
      if (route.permission === 'public') return anonymous
      throw error
    }
  }
  return (head, route) => {
    const { authorization } = head.headers
    if (authorization === undefined || route.checksCallers) return anonymous
    const [, token] = /^bearer +(\S+)$/i.exec(authorization) ?? []
    if (token === undefined) {
      if (route.permission === 'public') return anonymous
      throw platformError('auth.token_invalid', 'The Authorization header contains no bearer token.')
    }
    // at once for a token that was verified before: no promise on the hot path
    const claims = verifier.verify(token)
    return claims instanceof Promise ? verified(claims, route) : principalOf(claims)
  }
}
