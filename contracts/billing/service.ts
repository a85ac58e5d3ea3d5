import { describeService, pick } from '@stoa/contract'
import { orderConfirmed } from '../order/events.ts'
import { OrderRpc } from '../order/rpc_pb.js'
import { refundFailed, refundProcessed } from '../payment/events.ts'
import { userDeleted } from '../user/events.ts'
import { UserRpc } from '../user/rpc_pb.js'
import { billingErrors } from './errors.ts'
import * as events from './events.ts'
import { billingGraph } from './graph.ts'
import * as http from './http.ts'

const described = describeService({
  name: 'billing',
  port: 8009,
  owner: 'money',
  slo: { availability: 0.999, p99Ms: 150, errorRate: 0.001 },
  errors: billingErrors,
  operations: http,
  publishes: events,
  consumes: { orderConfirmed, refundFailed, refundProcessed, userDeleted },
  calls: { order: pick(OrderRpc, 'getInvoiceDetails', 'getReturnedGoods'), user: pick(UserRpc, 'getContact') },
  graph: billingGraph,
  personalData: {
    invoices:
      'the name and address of the buyer on invoices, credit notes and debit notes, which the law requires to be kept also after the account is erased',
  },
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface BillingService extends Described {}

/** Invoices, credit notes and debit notes. */
export const billing: BillingService = described
