import type { Permissions } from '../shared/declared-permission.ts'
import { businessReaders, shopStaff } from '../shared/roles.ts'

/** The permissions of sales, and the roles that have them. */
export const salesPermissions = {
  'sale:create': { description: 'record sales at the point of sale', roles: shopStaff },
  'sale:discount': { description: 'record sales with a discount of more than a fifth', roles: ['manager'] },
  'sale:read': { description: 'read the ledger of sales', roles: businessReaders, isForPartners: true },
  'sale:return': { description: 'record returned goods of sales', roles: shopStaff },
  'sale:void': { description: 'void sales', roles: shopStaff },
} as const satisfies Permissions
