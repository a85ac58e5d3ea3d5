import { InstantSchema, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { OrderId, ShipmentId, UserId, WarehouseId } from '../shared/ids.ts'
import { ShippingMethod } from '../shared/shipping-method.ts'
import { pathName, Sku } from '../shared/sku.ts'

/** A carrier by its name. */
export const CarrierName = pathName(40)

/** The status of a shipment: planned until its order is picked, then the status at the carrier. */
export const ShipmentStatus = Type.Enum(['planned', 'released', 'dispatched', 'delivered', 'failed', 'cancelled'])
export type ShipmentStatus = Static<typeof ShipmentStatus>

/** A shipment: the parcels of an order on their way. */
export const Shipment = Type.Object({
  id: ShipmentId,
  orderId: Type.Optional(OrderId),
  customerId: UserId,
  status: ShipmentStatus,
  carrier: CarrierName,
  method: ShippingMethod,
  trackingNumber: Type.Optional(Type.String()),
  parcels: Type.Array(
    Type.Object({
      warehouseId: WarehouseId,
      lines: Type.Array(Type.Object({ sku: Sku, quantity: Type.Integer() })),
    }),
  ),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type Shipment = Static<typeof Shipment>

/** A tracking event of a shipment. */
export const TrackingEvent = Type.Object({
  at: InstantSchema,
  event: Type.String(),
  place: Type.Optional(Type.String()),
})
export type TrackingEvent = Static<typeof TrackingEvent>

/** What a carrier would charge. */
export const Rate = Type.Object({
  carrier: CarrierName,
  method: ShippingMethod,
  charge: MoneySchema,
  days: Type.Integer(),
})
export type Rate = Static<typeof Rate>
