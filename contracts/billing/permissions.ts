import type { Permissions } from '../shared/declared-permission.ts'
import { businessReaders, shoppers } from '../shared/roles.ts'

/** The permissions of billing, and the roles that have them. */
export const billingPermissions = {
  'invoice:read': { description: 'read your invoices', roles: shoppers },
  'invoice:read:any': { description: 'read every invoice', roles: businessReaders, isForPartners: true },
} as const satisfies Permissions
