import type { Permissions } from '../shared/declared-permission.ts'
import { businessReaders, shopStaff } from '../shared/roles.ts'

/** The permissions of search, and the roles that have them. */
export const searchPermissions = {
  'search-analytics:read': { description: 'read what customers search for', roles: businessReaders },
  'search-index:manage': { description: 'rebuild the search index and change its synonyms', roles: shopStaff },
} as const satisfies Permissions
