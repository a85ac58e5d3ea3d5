import { closedRange } from '@stoa/kernel'
import type { Handler, PersonalData, RpcHandler } from '@stoa/contract'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import { readPageById } from '@stoa/service'
import { chooseCarrier, methodsOf } from '../carriers/carrier.ts'
import type { Deps } from '../deps.ts'
import { eraseCustomer } from '../store/erasure.ts'
import { exportShipments, findShipment, listShipments, listStates, listTracking } from '../store/shipments.ts'

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
  query: { orderId, status, ...page },
  caller,
  db,
}) => {
  const customerId = caller.can('shipment:read:any') ? undefined : caller.subject
  const read = (beforeId: string | undefined, limit: number) =>
    listShipments(db, { customerId, orderId, status, beforeId, limit })
  return { status: 200, body: await readPageById(page, read) }
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
