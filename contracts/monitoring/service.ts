import { describeService } from '@stoa/contract'
import { Type } from 'typebox'
import { monitoringErrors } from './errors.ts'
import { monitoringExamples } from './examples.ts'
import * as alerts from './alerts-http.ts'
import * as events from './events.ts'
import * as http from './http.ts'

const described = describeService({
  name: 'monitoring',
  port: 8013,
  owner: 'platform',
  slo: { availability: 0.995, p99Ms: 200, errorRate: 0.005 },
  errors: monitoringErrors,
  operations: { ...http, ...alerts },
  publishes: events,
  tasks: {
    'prune-spans': { payload: Type.Object({}), everyMs: 600_000 },
    'remove-old-alerts': { payload: Type.Object({}), everyMs: 3_600_000 },
  },
  personalData: 'none',
  examples: monitoringExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface MonitoringService extends Described {}

/** Traces and metrics of all services, the map of their calls, and alerts. */
export const monitoring: MonitoringService = described
