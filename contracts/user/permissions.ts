import type { Permissions } from '../shared/declared-permission.ts'
import { customerService, everyAccount, registered, shopStaff } from '../shared/roles.ts'

/** The permissions of user, and the roles that have them. */
export const userPermissions = {
  'user:list': { description: 'list and search the accounts', roles: shopStaff },
  'user:manage': { description: 'change and lock every account', roles: [] },
  'user:read': { description: 'read your account', roles: everyAccount },
  'user:read:any': { description: 'read every account', roles: customerService },
  'user:write': { description: 'change your account', roles: registered },
  'user:write:any': { description: 'change every account', roles: [] },
} as const satisfies Permissions
