import { permissionsByContract } from '../permissions.ts'
import type { DeclaredPermission } from '../shared/declared-permission.ts'
import { roleNames, type GrantableRole, type Role } from '../shared/roles.ts'

export type { Role } from '../shared/roles.ts'

type NamesIn<Declared> = Declared extends unknown ? keyof Declared & string : never

/** A permission that some contract declares. */
export type GrantedPermission = NamesIn<(typeof permissionsByContract)[keyof typeof permissionsByContract]>

/** Every permission, as the contract that owns it declares it. */
export const declaredPermissions = Object.assign({}, ...Object.values(permissionsByContract)) as Readonly<
  Record<GrantedPermission, DeclaredPermission>
>

/** The names of all permissions, sorted. */
export const permissions = (Object.keys(declaredPermissions) as GrantedPermission[]).sort()

/** The permissions of each role. `service` has none: the scope of a service token lists the allowed calls. */
export const roles = Object.fromEntries(roleNames.map((role) => [role, permissionsOf(role)])) as Readonly<
  Record<Role, readonly GrantedPermission[]>
>

function permissionsOf(role: Role): readonly GrantedPermission[] {
  if (role === 'admin') return permissions
  return permissions.filter((name) => declaredPermissions[name].roles.includes(role as GrantableRole))
}

/**
 * What the scope of a token reaches of that which the roles grant. `stoa` and `service:internal` reach all of it,
 * `service:external` what a partner's program needs; the name of a permission reaches that permission; `openid` and the
 * like reach nothing.
 */
export const scopes = {
  stoa: 'all',
  'service:internal': 'all',
  'service:external': permissions.filter((name) => declaredPermissions[name].isForPartners === true),
} as const satisfies { readonly [scope: string]: readonly GrantedPermission[] | 'all' }

/** The table by which a token's roles and scope become permissions. */
export const accessTable = { roles, scopes }
