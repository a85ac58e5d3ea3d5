import type { Permissions } from '../shared/declared-permission.ts'
import { customerService, everyAccount, shoppers } from '../shared/roles.ts'

/** The permissions of support, and the roles that have them. */
export const supportPermissions = {
  'article:manage': { description: 'write and publish the articles of the knowledge base', roles: customerService },
  'article:rate': { description: 'rate articles of the knowledge base for you', roles: everyAccount },
  'article:rate:any': { description: 'rate articles of the knowledge base for every account', roles: [] },
  'chat:manage': { description: 'assign and close conversations of the chat', roles: customerService },
  'chat:read': { description: 'read your conversations of the chat', roles: ['customer'] },
  'chat:read:any': { description: 'read every conversation of the chat', roles: customerService },
  'chat:write': { description: 'chat with support', roles: ['customer'] },
  'chat:write:any': { description: 'chat with every customer', roles: customerService },
  'macro:manage': { description: 'change and use canned replies', roles: customerService },
  'ticket:create': { description: 'open support tickets for you', roles: shoppers },
  'ticket:manage': { description: 'assign, prioritise and resolve support tickets', roles: customerService },
  'ticket:rate': { description: 'rate your resolved support tickets', roles: shoppers },
  'ticket:read': { description: 'read your support tickets', roles: shoppers },
  'ticket:read:any': { description: 'read every support ticket', roles: customerService },
  'ticket:reply': { description: 'reply to your support tickets', roles: shoppers },
  'ticket:reply:any': { description: 'reply to every support ticket', roles: customerService },
} as const satisfies Permissions
