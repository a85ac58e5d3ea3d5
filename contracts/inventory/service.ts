import { describeService, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { orderReturned } from '../order/events.ts'
import { priceChanged } from '../pricing/events.ts'
import { shippingDispatched } from '../shipping/events.ts'
import { inventoryErrors } from './errors.ts'
import * as events from './events.ts'
import * as http from './http.ts'
import { InventoryRpc } from './rpc_pb.js'

/** Products, stock, warehouses, reservations. */
export const inventory = describeService({
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
        'inventory.reservation_withdrawn',
      ],
    },
    release: { effect: 'write', refuses: ['inventory.reservation_ended'] },
    confirm: { effect: 'write', refuses: ['inventory.reservation_not_found', 'inventory.reservation_ended'] },
    getVariants: { effect: 'read' },
    snapshotVariants: { effect: 'read' },
    listReservations: { effect: 'read' },
    checkStock: { effect: 'read' },
  }),
  publishes: events,
  consumes: { shippingDispatched, orderReturned, priceChanged },
  tasks: {
    'expire-reservations': { payload: Type.Object({}), everyMs: 30_000 },
    'rebuild-read-model': { payload: Type.Object({}) },
  },
  personalData: 'none',
})

export type InventoryService = typeof inventory
