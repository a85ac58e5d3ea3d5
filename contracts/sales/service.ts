import { describeService, pick } from '@stoa/contract'
import { Type } from 'typebox'
import { InventoryRpc } from '../inventory/rpc_pb.js'
import { orderCancelled, orderConfirmed, orderReturned } from '../order/events.ts'
import { userDeleted } from '../user/events.ts'
import { salesErrors } from './errors.ts'
import * as events from './events.ts'
import { salesExamples } from './examples.ts'
import * as http from './http.ts'

const described = describeService({
  name: 'sales',
  port: 8014,
  owner: 'commerce',
  slo: { availability: 0.999, p99Ms: 100, errorRate: 0.005 },
  errors: salesErrors,
  operations: http,
  publishes: events,
  consumes: { orderConfirmed, orderCancelled, orderReturned, userDeleted },
  calls: { inventory: pick(InventoryRpc, 'getVariants') },
  tasks: {
    // one batch of events of one read model
    'run-projection': { payload: Type.Object({ projection: Type.String() }), attempts: 1_000 },
  },
  personalData: { buyers: 'which account has bought; kept beside the ledger until the account is erased' },
  examples: salesExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface SalesService extends Described {}

/** The ledger of the sales of all channels. */
export const sales: SalesService = described
