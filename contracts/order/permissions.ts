import type { Permissions } from '../shared/declared-permission.ts'
import { businessReaders, customerService, shoppers } from '../shared/roles.ts'

/** The permissions of order, and the roles that have them. */
export const orderPermissions = {
  'cart:change': { description: 'change your cart', roles: shoppers },
  'cart:read': { description: 'read your cart', roles: shoppers },
  'cart:read:any': { description: 'read every cart', roles: customerService },
  'order:cancel': { description: 'cancel your orders', roles: shoppers },
  'order:cancel:any': { description: 'cancel every order', roles: customerService, isForPartners: true },
  'order:channel': {
    description: 'enter orders of marketplaces and of the phone',
    roles: customerService,
    isForPartners: true,
  },
  'order:manage': { description: 'manage every order', roles: customerService, isForPartners: true },
  'order:place': { description: 'place orders for you', roles: shoppers, isForPartners: true },
  'order:read': { description: 'read your orders', roles: shoppers },
  'order:read:any': { description: 'read every order', roles: businessReaders, isForPartners: true },
  'order:return': { description: 'return goods of your orders', roles: shoppers },
  'order:return:any': { description: 'return goods of every order', roles: customerService, isForPartners: true },
} as const satisfies Permissions
