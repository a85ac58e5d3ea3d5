import { describeService, pick, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { productCreated, productDeleted, productUpdated } from '../inventory/events.ts'
import { InventoryRpc } from '../inventory/rpc_pb.js'
import { orderConfirmed } from '../order/events.ts'
import { userDeleted } from '../user/events.ts'
import { inferenceErrors } from './errors.ts'
import { inferenceExamples } from './examples.ts'
import * as http from './http.ts'
import { InferenceRpc } from './rpc_pb.js'

const described = describeService({
  name: 'inference',
  port: 8025,
  owner: 'data',
  slo: { availability: 0.995, p99Ms: 100, errorRate: 0.005 },
  errors: inferenceErrors,
  operations: http,
  rpc: rpc(InferenceRpc, { scorePayment: { effect: 'read' }, scoreTexts: { effect: 'read' } }),
  consumes: { productCreated, productUpdated, productDeleted, userDeleted },
  batches: { baskets: { events: { orderConfirmed }, from: 'start' } },
  calls: { inventory: pick(InventoryRpc, 'snapshotProducts') },
  tasks: {
    'copy-products': { payload: Type.Object({}), timeoutMs: 3_600_000, attempts: 1_000 },
    'prune-training': { payload: Type.Object({}), everyMs: 3_600_000, timeoutMs: 600_000 },
  },
  personalData: {
    purchases:
      'which products a customer has bought and when, for recommendations; a year, or until the account is erased',
  },
  examples: inferenceExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface InferenceService extends Described {}

/** Recommendations and models. */
export const inference: InferenceService = described
