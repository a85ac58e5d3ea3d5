import { closedRange } from '@stoa/kernel'
import type { Handler, PersonalData, RpcHandler } from '@stoa/contract'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import { decodeCursor, pageOf } from '@stoa/service'
import { Type } from 'typebox'
import { chooseCarrier, methodsOf } from '../carriers/carrier.ts'
import type { Deps } from '../deps.ts'
import { eraseCustomer } from '../store/erasure.ts'
import { exportShipments, findShipment, listShipments, listStates, listTracking } from '../store/shipments.ts'

const Cursor = Type.String({ format: 'uuid' })

export const getShipment: Handler<ShippingService, 'getShipment'> = async ({ params, db, refuse }) => {
  const shipment = await findShipment(db, params.id)
  if (shipment === undefined) return refuse('shipping.not_found', `The shipment ${params.id} does not exist.`)
  return { status: 200, body: shipment.resource, version: shipment.version }
}

export const getTracking: Handler<ShippingService, 'getTracking'> = async ({ params, db, refuse }) => {
  const shipment = await findShipment(db, params.id)
  if (shipment === undefined) return refuse('shipping.not_found', `The shipment ${params.id} does not exist.`)
  const { customerId, status } = shipment.resource
  const items = (await listTracking(db, params.id)).map(({ event, place, at }) => ({
    at: at.toString(),
    event,
    ...(place === null ? {} : { place }),
  }))
  return { status: 200, body: { customerId, status, items } }
}

export const listAllShipments: Handler<ShippingService, 'listShipments'> = async ({
  query: { limit = 50, cursor, orderId, status },
  caller,
  db,
}) => {
  const customerId = caller.can('shipment:read:any') ? undefined : caller.subject
  const beforeId = cursor === undefined ? undefined : decodeCursor(Cursor, cursor)
  const found = await listShipments(db, { customerId, orderId, status, beforeId, limit: limit + 1 })
  return { status: 200, body: pageOf(found, limit, ({ id }) => id) }
}

export const askRates =
  ({ carriers }: Deps): Handler<ShippingService, 'askRates'> =>
  async ({ body: { country, weightGrams }, refuse }) => {
    const items = [...carriers.values()].flatMap((carrier) => carrier.ratesOf(country, weightGrams))
    if (items.length === 0) return refuse('shipping.rate_unavailable', `No carrier delivers to ${country}.`)
    return { status: 200, body: { items } }
  }

export const findMethods =
  ({ carriers }: Deps): RpcHandler<ShippingService, 'findMethods'> =>
  async ({ input: { country } }) => ({ methods: methodsOf(chooseCarrier(carriers, country), country) })

export const listReconciled: RpcHandler<ShippingService, 'listShipments'> = async ({
  input: { orderIds, range },
  db,
}) => ({
  shipments: await listStates(db, range === undefined ? orderIds : closedRange(range)),
})

export const personalData = ({ clock }: Deps): PersonalData<ShippingService> => ({
  export: async (customerId, db) => ({ shipments: await exportShipments(db, customerId) }),
  erase: (tx, customerId) => eraseCustomer(tx, customerId, clock.now()),
})
