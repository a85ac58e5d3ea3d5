import { describeService } from '@stoa/contract'
import { Type } from 'typebox'
import { monitoringErrors } from './errors.ts'
import { monitoringExamples } from './examples.ts'
import * as http from './http.ts'

const described = describeService({
  name: 'monitoring',
  port: 8013,
  owner: 'platform',
  slo: { availability: 0.995, p99Ms: 200, errorRate: 0.005 },
  errors: monitoringErrors,
  operations: http,
  tasks: { 'prune-spans': { payload: Type.Object({}), everyMs: 600_000 } },
  personalData: 'none',
  examples: monitoringExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface MonitoringService extends Described {}

/** Traces of all services, and the map of their calls. */
export const monitoring: MonitoringService = described
