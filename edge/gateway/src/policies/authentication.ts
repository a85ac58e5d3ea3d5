import { isAppError, PlatformError, platformError } from '@stoa/kernel'
import {
  anonymous,
  boundKeyOf,
  type Claims,
  type Principal,
  type ProofVerifier,
  type TokenVerifier,
} from '@stoa/security'
import type { RequestHead } from '../exchange.ts'
import { withHeader } from '../request-head.ts'
import type { Route } from '../routes/route.ts'

/** Authenticates the caller. */
export type Authenticate = (head: RequestHead, route: Route) => Principal | Promise<Principal>

interface AuthenticationOptions {
  readonly verifier: Pick<TokenVerifier, 'verify'>
  readonly proofs: ProofVerifier
  /** The origin of the URLs that clients use. */
  readonly origin: string
  readonly principalOf: (claims: Claims) => Principal
}

/** Thrown for a token that is bound to a key and came as that of a bearer. */
class BoundToken extends PlatformError {
  constructor() {
    const detail = 'The token is bound to a key: send it with the scheme DPoP and a proof (RFC 9449).'
    super('auth.token_invalid', detail)
  }
}

/**
 * Verifies the bearer token (RFC 6750), or the token with a proof of its key (RFC 9449). On a public route an invalid token is ignored,
 * but not a valid one whose sender has not proven the key: the service would take it as that of a bearer. Mounted handlers read their
 * own credentials. Throws AppError `auth.token_invalid`, `auth.proof_invalid`.
 */
export function authentication({ verifier, proofs, origin, principalOf }: AuthenticationOptions): Authenticate {
  const verified = async (claims: Promise<Claims>, route: Route): Promise<Principal> => {
    try {
      return principalOf(await claims)
    } catch (error) {
      return ignored(error, route)
    }
  }
  const unbound = (claims: Claims | Promise<Claims>) =>
    claims instanceof Promise ? claims.then(requireUnbound) : requireUnbound(claims)
  const proven = async (token: string, { method, path, headers }: RequestHead): Promise<Claims> => {
    const claims = await verifier.verify(token)
    await proofs.verify({ proof: proofOf(headers), token, claims, method, url: `${origin}${path}` })
    return claims
  }
  return (head, route) => {
    const { authorization } = head.headers
    if (authorization === undefined || route.checksCallers) return anonymous
    const [, scheme, token] = /^(bearer|dpop) +(\S+)$/i.exec(authorization) ?? []
    if (scheme === undefined || token === undefined) {
      if (route.permission === 'public') return anonymous
      throw platformError('auth.token_invalid', 'The Authorization header contains no bearer token.')
    }
    if (scheme.length === 'dpop'.length) return verified(proven(token, head), route)
    // at once for a token that was verified before: no promise on the hot path
    try {
      const found = verifier.verify(token)
      const claims = head.isProven === true ? found : unbound(found)
      return claims instanceof Promise ? verified(claims, route) : principalOf(claims)
    } catch (error) {
      return ignored(error, route)
    }
  }
}

/** The caller of a public route, whose token is not valid. Throws the error on other routes, and if the token is valid but not proven. */
function ignored(error: unknown, { permission }: Route): Principal {
  const isUnproven = error instanceof BoundToken || isAppError(error, 'auth.proof_invalid')
  if (permission === 'public' && !isUnproven) return anonymous
  throw error
}

/** Returns the claims of a token that its bearer may use. Throws AppError `auth.token_invalid` for one that is bound to a key. */
export function requireUnbound(claims: Claims): Claims {
  if (boundKeyOf(claims) === undefined) return claims
  throw new BoundToken()
}

/** Services get the token as that of a bearer: whether its sender has the key is checked here. */
export function withoutProof(head: RequestHead): RequestHead {
  const { authorization } = head.headers
  if (authorization === undefined || !/^dpop /i.test(authorization)) return head
  const bearer = withHeader(head, 'authorization', `Bearer ${authorization.slice('dpop '.length).trim()}`)
  return withHeader(bearer, 'dpop', undefined)
}

function proofOf(headers: RequestHead['headers']): string | undefined {
  const proof = headers['dpop']
  return Array.isArray(proof) ? proof.join(', ') : proof
}
