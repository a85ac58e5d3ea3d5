import type { Permissions } from '../shared/declared-permission.ts'

const readers = ['analyst', 'staff', 'manager'] as const

/** The permissions of reporting, and the roles that have them. */
export const reportingPermissions = {
  'report:read': { description: 'read and download reports', roles: readers },
  'report:generate': { description: 'generate reports', roles: readers },
  'report:schedule': { description: 'schedule reports', roles: readers },
  'dashboard:manage': { description: 'create and change dashboards', roles: readers },
} as const satisfies Permissions
