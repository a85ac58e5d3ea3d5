import type { Graph } from '@stoa/contract'
import { Shipment, ShipmentStatus, TrackingEvent } from './resources.ts'

const Parcel = Shipment.properties.parcels.items

/** What shipping contributes to the graph. */
export const shippingGraph: Graph = {
  types: { Shipment, ShipmentStatus, Parcel, ParcelLine: Parcel.properties.lines.items, TrackingEvent },
  queries: { shipment: { operation: 'getShipment' }, shipments: { operation: 'listShipments' } },
  relations: {
    Shipment: {
      order: { service: 'order', operation: 'getOrder', with: { id: 'orderId' } },
      customer: { service: 'user', operation: 'getUser', with: { id: 'customerId' } },
      tracking: { operation: 'getTracking', with: { id: 'id' } },
    },
    ParcelLine: { product: { service: 'inventory', operation: 'getProductBySku', with: { sku: 'sku' } } },
  },
}
