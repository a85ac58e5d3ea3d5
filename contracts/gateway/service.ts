import { describeService } from '@stoa/contract'
import * as apps from './apps.ts'
import { gatewayErrors } from './errors.ts'
import * as http from './http.ts'

/** The routes of the gateway itself: those that combine several services, and their operating endpoints. */
export const gateway = describeService({
  name: 'gateway',
  port: 8080,
  owner: 'platform',
  slo: { availability: 0.9999, p99Ms: 5, errorRate: 0.0001 },
  errors: gatewayErrors,
  operations: http,
  apps,
  personalData: 'none',
})
