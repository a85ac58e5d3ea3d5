import type { Caller, Permission } from '@stoa/contract'
import { isAppError } from '@stoa/kernel'
import { anonymous } from '@stoa/security'
import { permissionMissing } from './challenge.ts'
import type { Exchange, HttpPrincipal } from './exchange.ts'
import { refusalOf } from './refusals.ts'

/** Authenticates the caller: throws `auth.token_invalid` and similar errors, and returns the anonymous principal if there is no token. */
export type Authenticate = (request: {
  readonly headers: { readonly [name: string]: string | string[] | undefined }
  readonly address: string
}) => Promise<HttpPrincipal>

/**
 * Authenticates the request and checks its permission. On a public route a token that is not valid counts as none.
 * The place of the request among those in progress is assigned to the caller.
 * @throws AppError 503 `service.overloaded`, 401 `auth.token_missing` or `auth.token_invalid`, 403 `auth.permission_missing` or `auth.scope_missing`
 */
export async function authorize(
  exchange: Exchange,
  permission: Permission,
  authenticate: Authenticate,
): Promise<HttpPrincipal> {
  const { headers } = exchange.request
  if (permission === 'public') {
    const anyone = await authenticateOrNobody(exchange, authenticate)
    exchange.principal = anyone
    exchange.place?.assign(anyone)
    return anyone
  }
  const principal = await authenticate({ headers, address: exchange.address })
  exchange.principal = principal
  exchange.place?.assign(principal)
  if (principal.can(permission)) return principal
  if (principal.kind === 'anonymous') throw refusalOf('auth.token_missing', 'A bearer token is required.')
  throw permissionMissing(permission, principal)
}

async function authenticateOrNobody(exchange: Exchange, authenticate: Authenticate): Promise<HttpPrincipal> {
  try {
    return await authenticate({ headers: exchange.request.headers, address: exchange.address })
  } catch (error) {
    if (isAppError(error) && error.kind === 'unauthenticated') return anonymous
    throw error
  }
}

/**
 * Returns the caller of an operation. The caller may access a resource that it owns, or any resource with a permission such
 * as `order:read:any`.
 */
export function callerOf(principal: HttpPrincipal, address: string, permissions: readonly Permission[]): Caller {
  const reachesAll = () => permissions.some((permission) => principal.can(`${permission}:any`))
  return {
    kind: principal.kind,
    subject: principal.subject,
    roles: principal.roles,
    address,
    sessionId: principal.sessionId,
    clientId: principal.clientId,
    can: principal.can,
    mayReach: (ownerId) => (principal.kind !== 'anonymous' && ownerId === principal.subject) || reachesAll(),
  }
}
