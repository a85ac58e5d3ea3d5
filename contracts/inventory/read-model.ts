import { get, post } from '@stoa/contract'
import { ReadModel } from './resources.ts'

/** GET /api/v1/inventory/read-model */
export const getReadModel = get('/api/v1/inventory/read-model', {
  summary: 'What product lists, details and searches are answered from',
  permission: 'product:manage',
  owner: 'none',
  answers: { 200: ReadModel },
})

/** POST /api/v1/inventory/read-model/rebuild */
export const rebuildReadModel = post('/api/v1/inventory/read-model/rebuild', {
  summary: 'Make it anew beside the one that answers, which it then replaces',
  permission: 'product:manage',
  audited: true,
  owner: 'none',
  answers: { 202: ReadModel },
  answersWith: 'getReadModel',
})
