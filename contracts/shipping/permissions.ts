import type { Permissions } from '../shared/declared-permission.ts'
import { businessReaders, shopStaff, shoppers } from '../shared/roles.ts'

/** The permissions of shipping, and the roles that have them. */
export const shippingPermissions = {
  'shipment:manage': { description: 'manage every shipment', roles: shopStaff },
  'shipment:read': { description: 'read your shipments', roles: shoppers },
  'shipment:read:any': { description: 'read every shipment', roles: businessReaders, isForPartners: true },
} as const satisfies Permissions
