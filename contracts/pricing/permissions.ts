import type { Permissions } from '../shared/declared-permission.ts'
import { shopStaff } from '../shared/roles.ts'

/** The permissions of pricing, and the roles that have them. */
export const pricingPermissions = {
  'pricing:manage': { description: 'change prices, taxes and promotions', roles: shopStaff },
} as const satisfies Permissions
