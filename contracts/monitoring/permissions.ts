import type { Permissions } from '../shared/declared-permission.ts'

/** The permissions of monitoring, and the roles that have them. */
export const monitoringPermissions = {
  'telemetry:read': { description: 'read traces, logs, metrics and the map of services', roles: ['ops'] },
  'alert:read': { description: 'read alerts, silences and uptime', roles: ['ops'] },
  'alert:manage': { description: 'acknowledge and silence alerts', roles: ['ops'] },
} as const satisfies Permissions
