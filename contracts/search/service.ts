import { describeService, pick } from '@stoa/contract'
import { Type } from 'typebox'
import { productCreated, productDeleted, productUpdated } from '../inventory/events.ts'
import { InventoryRpc } from '../inventory/rpc_pb.js'
import { priceChanged } from '../pricing/events.ts'
import { searchErrors } from './errors.ts'
import { searchExamples } from './examples.ts'
import * as http from './http.ts'

const described = describeService({
  name: 'search',
  port: 8011,
  owner: 'commerce',
  slo: { availability: 0.999, p99Ms: 100, errorRate: 0.005 },
  errors: searchErrors,
  operations: http,
  consumes: { productCreated, productUpdated, productDeleted, priceChanged },
  calls: { inventory: pick(InventoryRpc, 'snapshotProducts') },
  tasks: {
    'build-index': { payload: Type.Object({ version: Type.Integer({ minimum: 1 }) }), timeoutMs: 3_600_000 },
    'prune-searches': { payload: Type.Object({}), everyMs: 3_600_000 },
  },
  personalData: 'none',
  examples: searchExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface SearchService extends Described {}

/** Indexes, queries, suggestions. */
export const search: SearchService = described
