import type { OrderStatus } from '@stoa/contracts/order/resources'
import type { Comparer } from './comparer.ts'

/** The allowed statuses of the shipment of an order. */
const shipmentsOf: Readonly<Partial<Record<OrderStatus, readonly string[]>>> = {
  confirmed: ['planned'],
  picking: ['planned', 'released'],
  // a shipment that could not be delivered has left too
  shipped: ['dispatched', 'failed'],
  delivered: ['delivered'],
  completed: ['delivered'],
  partially_returned: ['delivered'],
  returned: ['delivered'],
}

/** Shipments. */
export const shipments: Comparer = {
  keeper: 'shipping',
  areas: ['shipment'],
  countedAs: 'shipments',
  fetch: async (calls, wanted) =>
    (await calls.shipping.listShipments(wanted)).shipments.map((shipment) => ({
      orderId: shipment.orderId,
      record: { shipment },
    })),
  compare: (order, outcome, { shipment }, report) => {
    if (outcome === 'ended') {
      if (shipment !== undefined && shipment.status !== 'cancelled')
        report('shipment.kept', 'none, or cancelled', shipment.status)
      return
    }
    const wanted = shipmentsOf[order.status] ?? []
    if (shipment === undefined) report('shipment.missing', wanted.join(' or '), 'no shipment')
    else if (!wanted.includes(shipment.status)) report('shipment.status_differs', wanted.join(' or '), shipment.status)
  },
  findOrphan: ({ shipment }, report) => {
    if (shipment !== undefined && shipment.status !== 'cancelled')
      report('shipment.orphan', 'an order', shipment.status)
  },
}
