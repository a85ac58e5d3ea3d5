import type { Permissions } from '../shared/declared-permission.ts'
import { businessReaders, shopStaff, shoppers } from '../shared/roles.ts'

/** The permissions of payment, and the roles that have them. */
export const paymentPermissions = {
  'dispute:manage': { description: 'respond to disputes', roles: shopStaff },
  'dispute:read': { description: 'read disputes', roles: businessReaders },
  'ledger:read': { description: 'read the ledger', roles: businessReaders },
  'payment-method:manage': {
    description: 'read and change your payment methods',
    roles: shoppers,
    isForPartners: true,
  },
  'payment:manage': { description: 'make and refund payments', roles: shopStaff },
  'payment:read': { description: 'read your payments', roles: shoppers },
  'payment:read:any': { description: 'read every payment', roles: businessReaders, isForPartners: true },
  'payment:review': { description: 'decide on payments in review', roles: shopStaff },
} as const satisfies Permissions
