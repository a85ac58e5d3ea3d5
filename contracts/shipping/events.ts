import { event } from '@stoa/contract'
import { Type } from 'typebox'
import { OrderId, ShipmentId, WarehouseId } from '../shared/ids.ts'

const ShipmentFact = Type.Object({ shipmentId: ShipmentId, orderId: OrderId })

/** A shipment is planned. */
export const shippingCreated = event('shipping.created', '1.0.0', ShipmentFact)
/** The goods have left: the lines and their warehouses. */
export const shippingDispatched = event(
  'shipping.dispatched',
  '1.0.0',
  Type.Object({
    shipmentId: ShipmentId,
    orderId: OrderId,
    trackingNumber: Type.String(),
    lines: Type.Array(
      Type.Object({ sku: Type.String(), warehouseId: WarehouseId, quantity: Type.Integer({ minimum: 1 }) }),
    ),
  }),
)
/** The goods have arrived. */
export const shippingDelivered = event('shipping.delivered', '1.0.0', ShipmentFact)
/** The carrier has given up. */
export const shippingFailed = event(
  'shipping.failed',
  '1.0.0',
  Type.Object({ shipmentId: ShipmentId, orderId: OrderId, reason: Type.String() }),
)
/** A shipment was cancelled before it left. */
export const shippingCancelled = event('shipping.cancelled', '1.0.0', ShipmentFact)
