import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of analytics. */
export const analyticsExamples: Examples<typeof http> = {
  readKpis: { query: { from: '2026-11-29T00:00:00Z', to: '2026-11-30T00:00:00Z', interval: 'hour' } },
}
