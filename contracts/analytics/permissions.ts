import type { Permissions } from '../shared/declared-permission.ts'

/** The permissions of analytics, and the roles that have them. */
export const analyticsPermissions = {
  'analytics:read': { description: 'read the figures of the business', roles: ['analyst', 'staff', 'manager'] },
} as const satisfies Permissions
