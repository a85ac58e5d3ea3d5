import { PlatformError, type AppError } from '@stoa/kernel'
import { PROOF_ALGORITHMS } from '@stoa/security'
import { refusalOf } from './refusals.ts'

/** A 403 for a token whose account has the permission, but whose scope does not include it. */
class ScopeMissing extends PlatformError {
  readonly scope: string

  constructor(scope: string) {
    super('auth.scope_missing', `The token lacks the scope ${scope}.`)
    this.scope = scope
  }
}

/** Returns the 403 of a caller without a permission: `auth.scope_missing` if a token with more scope would do, else `auth.permission_missing`. */
export function permissionMissing(
  permission: string,
  { isGrantedByRole }: { readonly isGrantedByRole?: (permission: string) => boolean },
): AppError {
  if (isGrantedByRole?.(permission) === true) return new ScopeMissing(permission)
  return refusalOf('auth.permission_missing', `The permission ${permission} is required.`)
}

/**
 * Returns the `WWW-Authenticate` header of an error (RFC 6750, section 3): the error of the token, the missing scope, and the metadata
 * URL of the resource (RFC 9728, section 5.1); of a proof of possession that of RFC 9449, section 7.1; undefined if the error needs none.
 */
export function challengeOf(error: AppError, issuer: string | undefined): string | undefined {
  const metadata = issuer === undefined ? [] : [`resource_metadata="${issuer}/.well-known/oauth-protected-resource"`]
  const schemeWith = (scheme: string, parameters: readonly string[]) =>
    `${scheme} ${['realm="stoa"', ...parameters, ...metadata].join(', ')}`
  const challenge = (...parameters: string[]) => schemeWith('Bearer', parameters)
  if (error instanceof ScopeMissing) return challenge('error="insufficient_scope"', `scope="${error.scope}"`)
  // no scope is named, as none would help
  if (error.code === 'auth.permission_missing') return challenge('error="insufficient_scope"')
  if (error.kind !== 'unauthenticated') return undefined
  if (error.code === 'auth.proof_invalid')
    return schemeWith('DPoP', ['error="invalid_dpop_proof"', `algs="${PROOF_ALGORITHMS.join(' ')}"`])
  const isBadToken = error.code.startsWith('auth.token_') && error.code !== 'auth.token_missing'
  return isBadToken ? challenge('error="invalid_token"') : challenge()
}
