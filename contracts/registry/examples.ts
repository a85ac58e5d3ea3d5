import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of registry. */
export const registryExamples: Examples<typeof http> = {
  registerInstance: {
    body: {
      serviceName: 'gift-card',
      host: '127.0.0.1',
      port: 8030,
      healthCheckUrl: 'http://127.0.0.1:8030/ready',
      weight: 1,
      zone: 'a',
      version: '1.0.0',
      metadata: {},
    },
  },
  getService: { params: { serviceName: 'order' } },
  offerRoutes: { body: { digest: 'a9'.repeat(32) } },
  getRoutesDocument: { params: { serviceName: 'gift-card', digest: 'a9'.repeat(32) } },
}
