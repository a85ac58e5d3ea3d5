import type { Permissions } from '../shared/declared-permission.ts'

/** The permissions of datamart, and the roles that have them. */
export const datamartPermissions = {
  'mart:query': { description: 'query the sales of the shop', roles: ['analyst', 'staff', 'manager'] },
} as const satisfies Permissions
