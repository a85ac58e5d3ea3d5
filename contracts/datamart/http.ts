import { post } from '@stoa/contract'
import { MartQuery } from '../shared/mart-query.ts'
import { MartResult } from './resources.ts'

/** POST /api/v1/datamart/query */
export const queryMart = post('/api/v1/datamart/query', {
  summary: 'Measure the sales of the shop by dimensions and periods',
  permission: 'mart:query',
  owner: 'none',
  reads: true,
  timeoutMs: 15_000,
  body: MartQuery,
  answers: { 200: MartResult },
  refuses: [
    'datamart.query_invalid',
    'datamart.currency_missing',
    'datamart.query_too_long',
    'datamart.query_too_large',
  ],
})
