import { permissionsByContract } from '../permissions.ts'
import type { DeclaredPermission } from '../shared/declared-permission.ts'
import { roleNames } from '../shared/roles.ts'
import { accessOf } from './access.ts'

export type { Role } from '../shared/roles.ts'

type NamesIn<Declared> = Declared extends unknown ? keyof Declared & string : never

/** A permission that some contract declares. */
export type GrantedPermission = NamesIn<(typeof permissionsByContract)[keyof typeof permissionsByContract]>

/** Every permission, as the contract that owns it declares it. */
export const declaredPermissions = Object.assign({}, ...Object.values(permissionsByContract)) as Readonly<
  Record<GrantedPermission, DeclaredPermission>
>

/** The permissions, roles and scopes of all contracts together. */
export const { permissions, roles, scopes } = accessOf(declaredPermissions, roleNames)

/** The table by which a token's roles and scope become permissions. */
export const accessTable = { roles, scopes }
