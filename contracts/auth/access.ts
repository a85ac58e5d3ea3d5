import type { DeclaredPermission } from '../shared/declared-permission.ts'
import type { GrantableRole, Role } from '../shared/roles.ts'

/** What the roles and scopes of a system may do. */
export interface Access<Name extends string> {
  /** Every permission, as the contract that owns it declares it. */
  readonly declared: Readonly<Record<Name, DeclaredPermission>>
  /** The names of all permissions, sorted. */
  readonly permissions: readonly Name[]
  /** The permissions of each role. `service` has none: the scope of a service token lists the allowed calls. */
  readonly roles: Readonly<Record<Role, readonly Name[]>>
  /**
   * What the scope of a token reaches of that which the roles grant. `stoa` and `service:internal` reach all of it,
   * `service:external` what a partner's program needs; the name of a permission reaches that permission; `openid` and the
   * like reach nothing.
   */
  readonly scopes: {
    readonly stoa: 'all'
    readonly 'service:internal': 'all'
    readonly 'service:external': readonly Name[]
  }
}

/** Composes what roles and scopes may do from the permissions that contracts declare; other roles have no permission. */
export function accessOf<Name extends string>(
  declared: Readonly<Record<Name, DeclaredPermission>>,
  roles: readonly Role[],
): Access<Name> {
  const permissions = (Object.keys(declared) as Name[]).sort()
  const permissionsOf = (role: Role) =>
    role === 'admin' ? permissions : permissions.filter((name) => declared[name].roles.includes(role as GrantableRole))
  return {
    declared,
    permissions,
    roles: Object.fromEntries(roles.map((role) => [role, permissionsOf(role)])) as unknown as Access<Name>['roles'],
    scopes: {
      stoa: 'all',
      'service:internal': 'all',
      'service:external': permissions.filter((name) => declared[name].isForPartners === true),
    },
  }
}

/** The permissions that operators have accepted of services beside the system, with the roles that get them; `admin` gets all. */
export function addedPermissions(
  accepted: readonly {
    readonly permissions: Readonly<
      Record<string, { readonly roles: readonly string[]; readonly isForPartners?: boolean }>
    >
  }[],
): Record<string, { readonly roles: readonly string[]; readonly isForPartners: boolean }> {
  const pairs = accepted.flatMap(({ permissions }) => Object.entries(permissions))
  return Object.fromEntries(
    pairs.map(([name, { roles, isForPartners = false }]) => [name, { roles: [...roles, 'admin'], isForPartners }]),
  )
}
