import type { Permissions } from '../shared/declared-permission.ts'

/** The permissions of streaming, and the roles that have them. */
export const streamingPermissions = {
  'stream:read': { description: 'read the state and the results of streams', roles: ['analyst', 'manager', 'ops'] },
  'stream:manage': { description: 'pause, resume and reset streams', roles: ['ops'] },
} as const satisfies Permissions
