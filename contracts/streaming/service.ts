import { describeService } from '@stoa/contract'
import { Type } from 'typebox'
import { orderConfirmed, orderCreated } from '../order/events.ts'
import { paymentCompleted, paymentFailed } from '../payment/events.ts'
import { userDeleted } from '../user/events.ts'
import { streamingErrors } from './errors.ts'
import * as events from './events.ts'
import { streamingExamples } from './examples.ts'
import * as http from './http.ts'
import { StreamName } from './resources.ts'

const described = describeService({
  name: 'streaming',
  port: 8024,
  owner: 'data',
  slo: { availability: 0.999, p99Ms: 200, errorRate: 0.005 },
  errors: streamingErrors,
  operations: http,
  publishes: events,
  consumes: { userDeleted },
  batches: {
    orders: { events: { orderCreated, orderConfirmed }, from: 'start' },
    payments: { events: { paymentCompleted, paymentFailed }, from: 'start' },
    'failed-payments': { events: { paymentFailed }, from: 'start' },
  },
  tasks: {
    'publish-results': { payload: Type.Object({ stream: StreamName }) },
    'advance-watermarks': { payload: Type.Object({}), everyMs: 10_000 },
    'prune-late-events': { payload: Type.Object({}), everyMs: 3_600_000 },
    'prune-matches': { payload: Type.Object({}), everyMs: 3_600_000 },
  },
  personalData: {
    matches: 'which account had several payments declined, and when; 30 days, or until the account is erased',
  },
  examples: streamingExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface StreamingService extends Described {}

/** Continuous queries over the event log: windows and patterns by event time. */
export const streaming: StreamingService = described
