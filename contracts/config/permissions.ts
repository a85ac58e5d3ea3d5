import type { Permissions } from '../shared/declared-permission.ts'
import { shopStaff } from '../shared/roles.ts'

/** The permissions of config, and the roles that have them. */
export const configPermissions = {
  'config:read': { description: 'read the configuration of applications', roles: ['manager', 'ops'] },
  'config:write': { description: 'change the configuration of applications', roles: ['manager', 'ops'] },
  'flag:manage': { description: 'change feature flags', roles: ['manager', 'ops'] },
  'flag:read': { description: 'read feature flags, their history and their use', roles: [...shopStaff, 'ops'] },
} as const satisfies Permissions
