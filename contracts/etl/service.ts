import { describeService } from '@stoa/contract'
import { Type } from 'typebox'
import { inventoryCostChanged, productCreated, productDeleted, productUpdated } from '../inventory/events.ts'
import {
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderCreated,
  orderDelivered,
  orderRejected,
  orderReturned,
  orderShipped,
} from '../order/events.ts'
import {
  disputeClosed,
  disputeOpened,
  paymentCompleted,
  paymentFailed,
  paymentInitiated,
  refundFailed,
  refundProcessed,
} from '../payment/events.ts'
import { etlErrors } from './errors.ts'
import { etlExamples } from './examples.ts'
import * as http from './http.ts'
import { PipelineName } from './resources.ts'

const described = describeService({
  name: 'etl',
  port: 8023,
  owner: 'data',
  slo: { availability: 0.995, p99Ms: 500, errorRate: 0.005 },
  // one run of a pipeline at a time; the second process takes over
  scaling: { min: 2, max: 2, cpuPercent: 70 },
  errors: etlErrors,
  operations: http,
  batches: {
    events: {
      events: {
        orderCreated,
        orderConfirmed,
        orderRejected,
        orderCancelled,
        orderShipped,
        orderDelivered,
        orderCompleted,
        orderReturned,
        paymentInitiated,
        paymentCompleted,
        paymentFailed,
        refundProcessed,
        refundFailed,
        disputeOpened,
        disputeClosed,
        productCreated,
        productUpdated,
        productDeleted,
        inventoryCostChanged,
      },
      from: 'start',
    },
  },
  tasks: {
    'run-pipeline': { payload: Type.Object({ pipeline: PipelineName }), attempts: 5, timeoutMs: 1_800_000 },
    'schedule-events-to-lake': { payload: Type.Object({}), everyMs: 900_000 },
    'schedule-star-schema': { payload: Type.Object({}), everyMs: 3_600_000 },
    'prune-lake': { payload: Type.Object({}), everyMs: 3_600_000, timeoutMs: 600_000 },
  },
  personalData: 'none',
  examples: etlExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface EtlService extends Described {}

/** Pipelines: from the event log to the lake, and from the lake to the star schema. */
export const etl: EtlService = described
