import type { Permissions } from '../shared/declared-permission.ts'
import { businessReaders, everyAccount } from '../shared/roles.ts'

/** The permissions of inference, and the roles that have them. */
export const inferencePermissions = {
  'recommendation:read': { description: 'read recommendations from your own orders', roles: everyAccount },
  'recommendation:read:any': {
    description: 'read recommendations from the orders of any customer',
    roles: ['support', 'staff', 'manager'],
  },
  'model:read': { description: 'list models', roles: [...businessReaders, 'ops'] },
  'model:predict': { description: 'apply models to inputs', roles: businessReaders },
} as const satisfies Permissions
