import { type Claims, PUBLIC_AUDIENCE } from './claims.ts'

/** Who may do what: permissions by role, and how far a scope lets a token use them. */
export interface AccessTable {
  readonly roles: { readonly [role: string]: readonly string[] }
  /** Scopes that expand to permissions; `all` includes everything that the roles grant. Any other scope is a permission itself. */
  readonly scopes: { readonly [scope: string]: readonly string[] | 'all' }
}

/** The caller of a request and its permissions. */
export interface Principal {
  readonly kind: 'user' | 'service' | 'anonymous'
  /** The account's id, `service:order`, or `anonymous`. */
  readonly subject: string
  readonly roles: readonly string[]
  readonly tier: string
  readonly scope: readonly string[]
  readonly sessionId: string | undefined
  /** The OAuth client to which the token was issued. */
  readonly clientId: string | undefined
  /** When the token expires, in milliseconds since the epoch. */
  readonly expiresAtMs: number | undefined
  /**
   * Returns whether a role grants the permission and the scope of the token includes it. `order:read:any`
   * (resources of any owner) includes `order:read`; everyone has `public`, and services have `service`.
   */
  readonly can: (permission: string) => boolean
  /** Returns whether a role grants the permission, whatever the scope of the token: if so, a token with more scope would do. */
  readonly isGrantedByRole: (permission: string) => boolean
  /** Whether a service declared this call: the full name of an RPC method, `stoa.pricing.v1.PricingRpc/Quote`. */
  readonly mayCall: (method: string) => boolean
}

/** What roles grant, with the scope of a token and without it. */
interface Grants {
  readonly permissions: ReadonlySet<string>
  readonly byRoles: ReadonlySet<string>
}

/** The principal of a request without a token, which has only public permissions. */
export const anonymous: Principal = {
  kind: 'anonymous',
  subject: 'anonymous',
  roles: [],
  tier: 'free',
  scope: [],
  sessionId: undefined,
  clientId: undefined,
  expiresAtMs: undefined,
  can: (permission) => permission === 'public',
  isGrantedByRole: () => false,
  mayCall: () => false,
}

/**
 * Makes principals from verified claims, one per token as long as its claims are cached. The roles of the table may be replaced as a
 * whole: from then on the principals have the new permissions.
 */
export function createPrincipals(table: AccessTable): (claims: Claims) => Principal {
  let made = new WeakMap<Claims, Principal>()
  let { roles: current } = table
  const grants = new Map<string, Grants>()
  const grantsOf = (roles: readonly string[], scope: string) => {
    const name = `${roles.join(' ')}|${scope}`
    const known = grants.get(name)
    if (known !== undefined) return known
    const granted = {
      permissions: grantedPermissions(table, roles, scope.split(' ')),
      byRoles: byRolesOf(table, roles),
    }
    // scopes are chosen by clients, so the combinations have no end
    if (grants.size < 1_000) grants.set(name, granted)
    return granted
  }
  return (claims) => {
    if (table.roles !== current) {
      current = table.roles
      made = new WeakMap()
      grants.clear()
    }
    const known = made.get(claims)
    if (known !== undefined) return known
    const principal = isService(claims) ? servicePrincipal(claims) : userPrincipal(claims, grantsOf)
    made.set(claims, principal)
    return principal
  }
}

/** The principal of verified claims. */
export function principalOf(claims: Claims, table: AccessTable): Principal {
  return createPrincipals(table)(claims)
}

/** Every permission that the roles grant and the scopes reach, with what they contain. */
export function grantedPermissions(
  table: AccessTable,
  roles: readonly string[],
  scopes: readonly string[],
): ReadonlySet<string> {
  const byRoles = byRolesOf(table, roles)
  const reached = scopes.map((scope) => own(table.scopes, scope) ?? [scope])
  if (reached.includes('all')) return byRoles
  return new Set(reached.flat().flatMap(withContained)).intersection(byRoles)
}

function byRolesOf(table: AccessTable, roles: readonly string[]): ReadonlySet<string> {
  return new Set(roles.flatMap((role) => own(table.roles, role) ?? []).flatMap(withContained))
}

function withContained(permission: string): string[] {
  return permission.endsWith(':any') ? [permission, permission.slice(0, -':any'.length)] : [permission]
}

function own<Value>(table: { readonly [name: string]: Value }, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function expiryOf({ exp }: Claims): number | undefined {
  return exp === undefined ? undefined : exp * 1_000
}

function isService(claims: Claims): boolean {
  // RFC 9068, section 2.2: without a resource owner the subject is the client itself
  return claims.sub === claims.client_id && claims.aud !== PUBLIC_AUDIENCE
}

function servicePrincipal(claims: Claims): Principal {
  const methods = new Set(claims.scope?.split(' '))
  return {
    kind: 'service',
    subject: `service:${claims.sub}`,
    roles: ['service'],
    tier: 'free',
    scope: [...methods],
    sessionId: undefined,
    clientId: claims.client_id,
    expiresAtMs: expiryOf(claims),
    can: (permission) => permission === 'public' || permission === 'service',
    isGrantedByRole: () => false,
    mayCall: (method) => methods.has(method),
  }
}

function userPrincipal(claims: Claims, grantsOf: (roles: readonly string[], scope: string) => Grants): Principal {
  const roles = claims.roles ?? []
  const scope = claims.scope ?? ''
  const granted = grantsOf(roles, scope)
  return {
    kind: 'user',
    subject: claims.sub,
    roles,
    tier: claims.tier ?? 'free',
    scope: scope === '' ? [] : scope.split(' '),
    sessionId: claims.sid,
    clientId: claims.client_id,
    expiresAtMs: expiryOf(claims),
    can: (permission) => permission === 'public' || granted.permissions.has(permission),
    isGrantedByRole: (permission) => granted.byRoles.has(permission),
    mayCall: () => false,
  }
}
