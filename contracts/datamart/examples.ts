import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of datamart. */
export const datamartExamples: Examples<typeof http> = {
  queryMart: {
    body: {
      measures: ['revenue', 'confirmedOrders'],
      dimensions: ['currency', 'product'],
      timeGrain: 'month',
      from: '2026-01-01',
      to: '2027-01-01',
      filters: [{ dimension: 'currency', values: ['EUR'] }],
      orderBy: [{ by: 'revenue', descending: true }],
      limit: 10,
    },
  },
}
