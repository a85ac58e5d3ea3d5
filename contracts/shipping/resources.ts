import { InstantSchema, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { OrderId, ShipmentId, UserId, WarehouseId } from '../ids.ts'

/** Where a shipment stands: planned until its order is picked, then the carrier's. */
export const ShipmentStatus = Type.Enum(['planned', 'released', 'dispatched', 'delivered', 'failed', 'cancelled'])
export type ShipmentStatus = Static<typeof ShipmentStatus>

/** A shipment: the parcels of an order on their way. */
export const Shipment = Type.Object({
  id: ShipmentId,
  orderId: Type.Optional(OrderId),
  customerId: UserId,
  status: ShipmentStatus,
  carrier: Type.String(),
  method: Type.String(),
  trackingNumber: Type.Optional(Type.String()),
  parcels: Type.Array(
    Type.Object({
      warehouseId: WarehouseId,
      lines: Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer() })),
    }),
  ),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type Shipment = Static<typeof Shipment>

/** What a carrier has told of a shipment. */
export const TrackingEvent = Type.Object({
  at: InstantSchema,
  event: Type.String(),
  place: Type.Optional(Type.String()),
})
export type TrackingEvent = Static<typeof TrackingEvent>

/** What a carrier would charge. */
export const Rate = Type.Object({
  carrier: Type.String(),
  method: Type.String(),
  charge: MoneySchema,
  days: Type.Integer(),
})
export type Rate = Static<typeof Rate>
