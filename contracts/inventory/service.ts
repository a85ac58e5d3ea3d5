import { describeService, pick, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { orderReturned } from '../order/events.ts'
import { OrderRpc } from '../order/rpc_pb.js'
import { priceChanged } from '../pricing/events.ts'
import { PricingRpc } from '../pricing/rpc_pb.js'
import { shippingDispatched } from '../shipping/events.ts'
import { inventoryErrors } from './errors.ts'
import * as events from './events.ts'
import { inventoryExamples } from './examples.ts'
import { inventoryGraph } from './graph.ts'
import * as http from './http.ts'
import { InventoryRpc } from './rpc_pb.js'

const described = describeService({
  name: 'inventory',
  port: 8003,
  owner: 'commerce',
  slo: { availability: 0.999, p99Ms: 75, errorRate: 0.001 },
  errors: inventoryErrors,
  operations: http,
  rpc: rpc(InventoryRpc, {
    reserve: {
      effect: 'write',
      refuses: [
        'inventory.insufficient_stock',
        'inventory.unknown_sku',
        'inventory.not_for_sale',
        'inventory.already_reserved',
      ],
    },
    release: { effect: 'write', refuses: ['inventory.reservation_ended'] },
    confirm: { effect: 'write', refuses: ['inventory.reservation_not_found', 'inventory.reservation_ended'] },
    getVariants: { effect: 'read' },
    snapshotProducts: { effect: 'read' },
    listReservations: { effect: 'read' },
    checkStock: { effect: 'read' },
    findWarehouses: { effect: 'read' },
  }),
  publishes: events,
  consumes: { shippingDispatched, orderReturned, priceChanged },
  calls: { order: pick(OrderRpc, 'getSummary'), pricing: pick(PricingRpc, 'findTaxClasses') },
  tasks: {
    'expire-reservations': { payload: Type.Object({}), everyMs: 30_000 },
    'rebuild-read-model': { payload: Type.Object({}) },
  },
  blobs: { images: { purpose: 'images of products' } },
  personalData: 'none',
  examples: inventoryExamples,
  graph: inventoryGraph,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface InventoryService extends Described {}

/** Products, stock, warehouses, reservations. */
export const inventory: InventoryService = described
