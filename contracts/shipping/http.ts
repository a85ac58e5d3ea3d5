import { closed, CountrySchema, get, InstantSchema, PageQuery, pageSchema, post } from '@stoa/contract'
import { Type } from 'typebox'
import { addressFields, postalCodeWhereUsed } from '../shared/address.ts'
import { OrderId, ShipmentId, UserId, WarehouseId } from '../shared/ids.ts'
import { ShippingMethod } from '../shared/shipping-method.ts'
import { Sku } from '../shared/sku.ts'
import { CarrierName, Rate, Shipment, ShipmentStatus, TrackingEvent } from './resources.ts'

const Line = Type.Object({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 100_000 }) }, closed)
const Address = Type.Object(addressFields, { ...closed, ...postalCodeWhereUsed })

/** POST /api/v1/shipments */
export const createShipment = post('/api/v1/shipments', {
  summary: 'Create a shipment without an order (back office)',
  permission: 'shipment:manage',
  audited: true,
  owner: 'none',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      customerId: UserId,
      address: Address,
      method: Type.Optional(ShippingMethod),
      parcels: Type.Array(
        Type.Object({ warehouseId: WarehouseId, lines: Type.Array(Line, { minItems: 1, maxItems: 100 }) }, closed),
        { minItems: 1, maxItems: 20 },
      ),
    },
    closed,
  ),
  answers: { 201: Shipment },
  answersWith: 'getShipment',
  refuses: [
    'shipping.address_unserved',
    'shipping.method_unknown',
    'shipping.customer_unknown',
    'shipping.unknown_sku',
    'shipping.warehouse_unknown',
  ],
})

/** GET /api/v1/shipments */
export const listShipments = get('/api/v1/shipments', {
  summary: 'List shipments; staff see every shipment, customers their own',
  permission: 'shipment:read',
  owner: 'none',
  query: Type.Object({ ...PageQuery, orderId: Type.Optional(OrderId), status: Type.Optional(ShipmentStatus) }, closed),
  answers: { 200: pageSchema(Shipment) },
})

/** GET /api/v1/shipments/{id} */
export const getShipment = get('/api/v1/shipments/{id}', {
  params: { id: ShipmentId },
  summary: 'Read a shipment',
  permission: 'shipment:read',
  owner: 'customerId',
  answers: { 200: Shipment },
  refuses: ['shipping.not_found'],
})

/** GET /api/v1/shipments/{id}/tracking */
export const getTracking = get('/api/v1/shipments/{id}/tracking', {
  params: { id: ShipmentId },
  summary: 'List the tracking events that the carrier has reported',
  permission: 'shipment:read',
  owner: 'customerId',
  answers: { 200: Type.Object({ customerId: UserId, status: ShipmentStatus, items: Type.Array(TrackingEvent) }) },
  refuses: ['shipping.not_found'],
})

const manage = {
  permission: 'shipment:manage',
  owner: 'none',
  answersWith: 'getShipment',
  answers: { 200: Shipment },
} as const

/** POST /api/v1/shipments/{id}/cancel */
export const cancelShipment = post('/api/v1/shipments/{id}/cancel', {
  params: { id: ShipmentId },
  ...manage,
  audited: true,
  summary: 'Cancel a shipment without an order that has not left',
  refuses: ['shipping.not_found', 'shipping.belongs_to_order', 'shipping.already_left'],
})

/** POST /api/v1/shipments/{id}/release */
export const releaseShipment = post('/api/v1/shipments/{id}/release', {
  params: { id: ShipmentId },
  ...manage,
  audited: true,
  summary: 'Release a shipment without an order to its carrier',
  refuses: ['shipping.not_found', 'shipping.belongs_to_order', 'shipping.move_not_allowed'],
})

/** POST /api/v1/shipments/{id}/dispatch */
export const dispatchShipment = post('/api/v1/shipments/{id}/dispatch', {
  params: { id: ShipmentId },
  ...manage,
  audited: true,
  summary: 'Mark a released shipment as shipped',
  refuses: ['shipping.not_found', 'shipping.not_released', 'shipping.move_not_allowed'],
})

/** POST /api/v1/shipments/{id}/simulate */
export const simulateShipment = post('/api/v1/shipments/{id}/simulate', {
  params: { id: ShipmentId },
  ...manage,
  audited: true,
  summary: 'Make the sandbox carrier report a tracking event (sandbox only)',
  body: Type.Object({ event: Type.Enum(['dispatched', 'delivered', 'failed']) }, closed),
  refuses: ['shipping.not_found', 'shipping.not_released', 'shipping.move_not_allowed', 'shipping.carrier_unknown'],
})

/** POST /api/v1/shipping/rates */
export const askRates = post('/api/v1/shipping/rates', {
  summary: 'List what each carrier charges for a parcel',
  permission: 'public',
  owner: 'none',
  reads: true,
  body: Type.Object({ country: CountrySchema, weightGrams: Type.Integer({ minimum: 1, maximum: 1_000_000 }) }, closed),
  answers: { 200: Type.Object({ items: Type.Array(Rate) }) },
  refuses: ['shipping.rate_unavailable'],
})

/** POST /api/v1/shipping/webhooks/{carrier} */
export const receiveTracking = post('/api/v1/shipping/webhooks/{carrier}', {
  params: { carrier: CarrierName },
  summary: 'Signed webhook with which a carrier reports the position of a parcel; a redelivery has no further effect',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  rawBody: true,
  body: Type.Object(
    {
      id: Type.String({ minLength: 1, maxLength: 100 }),
      trackingNumber: Type.String({ minLength: 1, maxLength: 100 }),
      event: Type.Enum(['dispatched', 'delivered', 'failed']),
      at: InstantSchema,
    },
    closed,
  ),
  answers: { 202: null },
  refuses: [
    'shipping.carrier_unknown',
    'shipping.webhook_signature_invalid',
    'shipping.not_found',
    'shipping.not_released',
  ],
})
