import { describeService, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { ShipmentId } from '../ids.ts'
import { userDeleted } from '../user/events.ts'
import { shippingErrors } from './errors.ts'
import * as events from './events.ts'
import * as http from './http.ts'
import { ShippingRpc } from './rpc_pb.js'

/** Shipments, tracking, delivery. */
export const shipping = describeService({
  name: 'shipping',
  port: 8006,
  owner: 'logistics',
  slo: { availability: 0.999, p99Ms: 100, errorRate: 0.005 },
  errors: shippingErrors,
  operations: http,
  rpc: rpc(ShippingRpc, {
    createShipment: { effect: 'write', refuses: ['shipping.withdrawn', 'shipping.address_unserved'] },
    cancelShipment: { effect: 'write', refuses: ['shipping.already_left'] },
    release: { effect: 'write', refuses: ['shipping.not_found', 'shipping.move_not_allowed'] },
    listShipments: { effect: 'read' },
  }),
  publishes: events,
  consumes: { userDeleted },
  tasks: {
    'carrier-dispatch': { payload: Type.Object({ shipmentId: ShipmentId }) },
    'carrier-deliver': { payload: Type.Object({ shipmentId: ShipmentId }) },
    'purge-carrier-messages': { payload: Type.Object({}), everyMs: 3_600_000 },
  },
  personalData: { address: 'to send the goods; kept until the account is erased' },
})

export type ShippingService = typeof shipping
