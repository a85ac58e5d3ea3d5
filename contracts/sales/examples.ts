import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of sales. */
export const salesExamples: Examples<typeof http> = {
  createSale: {
    body: {
      till: 'VIENNA-1',
      lines: [
        {
          sku: 'TEA-GREEN-100',
          quantity: 2,
          unitPrice: { amount: 1_290, currency: 'EUR' },
          discount: { amount: 200, currency: 'EUR' },
        },
      ],
    },
  },
  voidSale: { body: { reason: 'mistake' } },
  returnSale: { body: { lines: [{ sku: 'TEA-GREEN-100', quantity: 1 }], reason: 'customer_request' } },
  readRevenue: { query: { from: '2026-11-01', to: '2026-11-30', groupBy: 'day' } },
  analyseRevenue: { query: { from: '2026-11-01', to: '2026-11-30', interval: 'week', by: 'channel' } },
}
