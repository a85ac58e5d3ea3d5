import { describeService } from '@stoa/contract'
import { Type } from 'typebox'
import { metricComputed } from '../streaming/events.ts'
import { analyticsErrors } from './errors.ts'
import { analyticsExamples } from './examples.ts'
import * as http from './http.ts'

const described = describeService({
  name: 'analytics',
  port: 8020,
  owner: 'data',
  slo: { availability: 0.995, p99Ms: 200, errorRate: 0.005 },
  errors: analyticsErrors,
  operations: http,
  tasks: { 'prune-metrics': { payload: Type.Object({}), everyMs: 3_600_000 } },
  batches: { metrics: { events: { metricComputed }, from: 'start' } },
  personalData: 'none',
  examples: analyticsExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface AnalyticsService extends Described {}

/** Figures of the business, live and over time. */
export const analytics: AnalyticsService = described
