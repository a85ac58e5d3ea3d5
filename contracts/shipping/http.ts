import { get, PageQuery, pageSchema, post } from '@stoa/contract'
import { Type } from 'typebox'
import { closed } from '../closed.ts'
import { OrderId, ShipmentId, UserId, WarehouseId } from '../ids.ts'
import { Rate, Shipment, ShipmentStatus, TrackingEvent } from './resources.ts'

const Country = Type.String({ pattern: '^[A-Z]{2}$' })
const Line = Type.Object(
  { sku: Type.String({ minLength: 1, maxLength: 64 }), quantity: Type.Integer({ minimum: 1, maximum: 100_000 }) },
  closed,
)
const Address = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    line1: Type.String({ minLength: 1, maxLength: 200 }),
    line2: Type.Optional(Type.String({ maxLength: 200 })),
    city: Type.String({ minLength: 1, maxLength: 100 }),
    postalCode: Type.String({ minLength: 1, maxLength: 20 }),
    country: Country,
  },
  closed,
)

/** POST /api/v1/shipments */
export const createShipment = post('/api/v1/shipments', {
  summary: 'Plan a shipment that belongs to no order (back office)',
  permission: 'shipment:manage',
  owner: 'none',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      customerId: UserId,
      address: Address,
      method: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
      parcels: Type.Array(
        Type.Object({ warehouseId: WarehouseId, lines: Type.Array(Line, { minItems: 1, maxItems: 100 }) }, closed),
        { minItems: 1, maxItems: 20 },
      ),
    },
    closed,
  ),
  answers: { 201: Shipment },
  answersWith: 'getShipment',
  refuses: ['shipping.address_unserved'],
})

/** GET /api/v1/shipments */
export const listShipments = get('/api/v1/shipments', {
  summary: 'List shipments: staff all of them, a customer the own ones',
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
  summary: 'What the carrier has told so far',
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
  summary: 'Call off a shipment that belongs to no order and has not left',
  refuses: ['shipping.not_found', 'shipping.belongs_to_order', 'shipping.already_left'],
})

/** POST /api/v1/shipments/{id}/dispatch */
export const dispatchShipment = post('/api/v1/shipments/{id}/dispatch', {
  params: { id: ShipmentId },
  ...manage,
  summary: 'Say that a released shipment has left',
  refuses: ['shipping.not_found', 'shipping.not_released', 'shipping.move_not_allowed'],
})

/** POST /api/v1/shipments/{id}/simulate */
export const simulateShipment = post('/api/v1/shipments/{id}/simulate', {
  params: { id: ShipmentId },
  ...manage,
  summary: 'Let the sandbox carrier tell something (sandbox only)',
  body: Type.Object({ event: Type.Enum(['dispatched', 'delivered', 'failed']) }, closed),
  refuses: ['shipping.not_found', 'shipping.not_released', 'shipping.move_not_allowed', 'shipping.carrier_unknown'],
})

/** POST /api/v1/shipping/rates */
export const askRates = post('/api/v1/shipping/rates', {
  summary: 'What carriers would charge for a parcel',
  permission: 'public',
  owner: 'none',
  reads: true,
  body: Type.Object({ country: Country, weightGrams: Type.Integer({ minimum: 1, maximum: 1_000_000 }) }, closed),
  answers: { 200: Type.Object({ items: Type.Array(Rate) }) },
  refuses: ['shipping.rate_unavailable'],
})

/** POST /api/v1/shipping/webhooks/{carrier} */
export const receiveTracking = post('/api/v1/shipping/webhooks/{carrier}', {
  params: { carrier: Type.String({ minLength: 1, maxLength: 40 }) },
  summary: 'A carrier tells where a parcel is; signed',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  body: Type.Object(
    {
      id: Type.String({ minLength: 1, maxLength: 100 }),
      trackingNumber: Type.String({ minLength: 1, maxLength: 100 }),
      event: Type.Enum(['dispatched', 'delivered', 'failed']),
      at: Type.String({ format: 'date-time' }),
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
