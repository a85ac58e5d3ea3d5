import type { Permissions } from '../shared/declared-permission.ts'
import { everyAccount } from '../shared/roles.ts'

/** The permissions of gateway, and the roles that have them. */
export const gatewayPermissions = {
  'audit:read': { description: 'read the audit trail of every service', roles: ['ops'] },
  'gateway:admin': { description: 'administer the gateway', roles: ['ops'] },
  ops: { description: 'operate the system', roles: ['ops'] },
  'saga:manage': { description: 'retry and cancel running processes', roles: ['ops'] },
  'socket:open': { description: 'open WebSockets from a page', roles: everyAccount },
  'user:export': { description: 'export your personal data', roles: everyAccount },
  'user:export:any': { description: 'export the personal data of every account', roles: [] },
} as const satisfies Permissions
