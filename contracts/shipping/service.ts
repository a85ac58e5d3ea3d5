import { describeService, pick, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { ShipmentId } from '../shared/ids.ts'
import { InventoryRpc } from '../inventory/rpc_pb.js'
import { userDeleted } from '../user/events.ts'
import { UserRpc } from '../user/rpc_pb.js'
import { shippingErrors } from './errors.ts'
import * as events from './events.ts'
import { shippingExamples } from './examples.ts'
import { shippingGraph } from './graph.ts'
import * as http from './http.ts'
import { ShippingRpc } from './rpc_pb.js'

const described = describeService({
  name: 'shipping',
  port: 8006,
  owner: 'logistics',
  slo: { availability: 0.999, p99Ms: 100, errorRate: 0.005 },
  errors: shippingErrors,
  operations: http,
  rpc: rpc(ShippingRpc, {
    createShipment: {
      effect: 'write',
      refuses: ['shipping.address_unserved', 'shipping.method_unknown'],
    },
    cancelShipment: { effect: 'write', refuses: ['shipping.already_left'] },
    release: { effect: 'write', refuses: ['shipping.not_found', 'shipping.move_not_allowed'] },
    listShipments: { effect: 'read' },
    findMethods: { effect: 'read' },
  }),
  publishes: events,
  consumes: { userDeleted },
  calls: { user: pick(UserRpc, 'getContact'), inventory: pick(InventoryRpc, 'getVariants', 'findWarehouses') },
  tasks: {
    'carrier-dispatch': { payload: Type.Object({ shipmentId: ShipmentId }) },
    'carrier-deliver': { payload: Type.Object({ shipmentId: ShipmentId }) },
    'purge-carrier-messages': { payload: Type.Object({}), everyMs: 3_600_000 },
  },
  personalData: { address: 'for delivery; kept until the account is erased' },
  examples: shippingExamples,
  graph: shippingGraph,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface ShippingService extends Described {}

/** Shipments, tracking, delivery. */
export const shipping: ShippingService = described
