import type { Examples } from '@stoa/contract'
import type * as alerts from './alerts-http.ts'
import type * as http from './http.ts'
import type * as logs from './logs-http.ts'
import type * as metrics from './metrics-http.ts'

/** Examples of the operations of monitoring. */
export const monitoringExamples: Examples<typeof http & typeof logs & typeof metrics & typeof alerts> = {
  listTraces: { query: { service: 'order', name: 'POST /api/v1/orders', status: 'ok', minDurationMs: 20 } },
  getTrace: { params: { id: '0af7651916cd43dd8448eb211c80319c' } },
  listLogs: { query: { service: 'payment', level: 'warn', contains: 'declined' } },
  getServiceMap: { query: { minutes: 15 } },
  queryMetrics: { query: { query: 'sum by (job) (up)' } },
  queryMetricRange: {
    query: { query: 'avg by (job) (up)', from: '2026-11-30T10:00:00Z', to: '2026-11-30T11:00:00Z', stepSeconds: 60 },
  },
  getUptime: { params: { service: 'order' }, query: { days: 30 } },
  listAlerts: { query: { state: 'firing', severity: 'page' } },
  getAlert: { params: { id: '01920000-0000-7000-8000-0000000000a1' } },
  acknowledgeAlert: {
    params: { id: '01920000-0000-7000-8000-0000000000a1' },
    body: { comment: 'I roll back the release.' },
  },
  createSilence: {
    body: {
      matchers: [{ name: 'service', value: 'search' }],
      comment: 'The index is rebuilt.',
      minutes: 60,
    },
  },
  getSilence: { params: { id: '01920000-0000-7000-8000-0000000000b1' } },
  endSilence: { params: { id: '01920000-0000-7000-8000-0000000000b1' } },
}
