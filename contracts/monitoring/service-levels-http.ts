import { get } from '@stoa/contract'
import { Type } from 'typebox'
import { ServiceLevel } from './service-level-resources.ts'

/** GET /api/v1/slo */
export const listServiceLevels = get('/api/v1/slo', {
  permission: 'alert:read',
  owner: 'none',
  summary:
    'List how well each service keeps the service level of its contract: budgets of 30 days, and how fast they are spent',
  timeoutMs: 10_000,
  answers: { 200: Type.Object({ items: Type.Array(ServiceLevel) }) },
})
