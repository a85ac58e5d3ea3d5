import type { AccessTable } from '@stoa/security'

/** What the roles of the examples may do. */
export const access: AccessTable = { roles: { operator: ['ops'], service: [] }, scopes: { stoa: 'all' } }
