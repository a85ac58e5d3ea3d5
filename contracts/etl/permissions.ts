import type { Permissions } from '../shared/declared-permission.ts'

/** The permissions of etl, and the roles that have them. */
export const etlPermissions = {
  'pipeline:read': {
    description: 'read the state of pipelines and their runs',
    roles: ['analyst', 'staff', 'manager', 'ops'],
  },
  'pipeline:run': { description: 'start a run of a pipeline', roles: ['analyst', 'manager', 'ops'] },
} as const satisfies Permissions
