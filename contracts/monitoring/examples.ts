import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of monitoring. */
export const monitoringExamples: Examples<typeof http> = {
  listTraces: { query: { service: 'order', name: 'POST /api/v1/orders', status: 'ok', minDurationMs: 20 } },
  getTrace: { params: { id: '0af7651916cd43dd8448eb211c80319c' } },
  getServiceMap: { query: { minutes: 15 } },
}
