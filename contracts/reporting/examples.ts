import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of reporting. */
export const reportingExamples: Examples<typeof http> = {
  generateReport: {
    body: {
      template: 'sales-by-country',
      from: '2026-11-01',
      to: '2026-12-01',
      currency: 'EUR',
      formats: ['pdf', 'xlsx'],
    },
  },
  generateQueryReport: {
    body: {
      title: 'Best products of the year',
      query: {
        measures: ['units', 'revenue'],
        dimensions: ['currency', 'product'],
        from: '2026-01-01',
        to: '2027-01-01',
        orderBy: [{ by: 'revenue', descending: true }],
        limit: 100,
      },
      chart: { x: 'product', y: 'revenue' },
      formats: ['pdf', 'csv'],
      language: 'de',
    },
  },
}
