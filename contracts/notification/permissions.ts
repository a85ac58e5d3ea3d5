import type { Permissions } from '../shared/declared-permission.ts'
import { customerService, everyAccount, shopStaff } from '../shared/roles.ts'

/** The permissions of notification, and the roles that have them. */
export const notificationPermissions = {
  'notification:read': { description: 'read your messages and preferences', roles: everyAccount },
  'notification:read:any': { description: 'read the messages of every account', roles: customerService },
  'notification:send': { description: 'send messages to every account', roles: shopStaff },
  'notification:write': { description: 'change which messages you get', roles: everyAccount },
  'notification:write:any': { description: 'change which messages every account gets', roles: [] },
  'template:manage': { description: 'change the texts of messages', roles: shopStaff },
  'template:manage:security': { description: 'change the texts of messages about the security of accounts', roles: [] },
  // an endpoint gets what happens in the whole system
  'webhook:manage': { description: 'register the URLs that get events as webhooks', roles: ['manager'] },
} as const satisfies Permissions
