import type { Permissions } from '../shared/declared-permission.ts'
import { businessReaders, shopStaff, shoppers } from '../shared/roles.ts'

/** The permissions of inventory, and the roles that have them. */
export const inventoryPermissions = {
  'inventory:cost': { description: 'read and change what goods cost the shop', roles: shopStaff },
  'inventory:manage': { description: 'change stock and warehouses', roles: shopStaff },
  'inventory:read': { description: 'read stock and warehouses', roles: businessReaders, isForPartners: true },
  'product:manage': { description: 'change products', roles: shopStaff, isForPartners: true },
  'product:read': { description: 'read products', roles: [...shoppers, ...businessReaders], isForPartners: true },
} as const satisfies Permissions
