import type { Permissions } from '../shared/declared-permission.ts'
import { everyAccount, registered } from '../shared/roles.ts'

/** The permissions of auth, and the roles that have them. */
export const authPermissions = {
  'api-key:manage': { description: 'create and delete your API keys', roles: registered },
  'api-key:manage:any': { description: 'delete the API keys of every account', roles: [] },
  'oauth-client:manage': { description: 'register and delete OAuth clients', roles: [] },
  'permission:check': { description: 'check what you may do', roles: everyAccount },
  'session:manage': { description: 'end your sessions', roles: everyAccount },
  'session:manage:any': { description: 'end the sessions of every account', roles: [] },
  'session:read': { description: 'read your sessions', roles: everyAccount },
  'session:read:any': { description: 'read the sessions of every account', roles: [] },
  'signing-key:manage': { description: 'rotate the signing keys', roles: [] },
} as const satisfies Permissions
