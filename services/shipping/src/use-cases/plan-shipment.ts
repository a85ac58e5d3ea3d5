import type { Handler, RpcHandler } from '@stoa/contract'
import { shippingCreated } from '@stoa/contracts/shipping/events'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import type { OrderId, ShipmentId, UserId, WarehouseId } from '@stoa/contracts/shared/ids'
import { chooseCarrier, methodsOf } from '../carriers/carrier.ts'
import type { Deps } from '../deps.ts'
import { checkShipment } from './check-shipment.ts'
import { findIdByKey, insertShipment, lockShipmentOfOrder } from '../store/shipments.ts'

const noMethod = (method: string) => `The carrier has no method ${method}.`
const erased = 'The account of the customer was erased.'
const unserved = (country: string) => `No carrier delivers to ${country}.`

/** The fields of a message that are set; it has no others than texts. */
function filled<Fields extends Readonly<Record<string, string>>>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== '')) as Partial<Fields>
}

/** Plans the shipment of an order, once for each order. */
export const createShipmentOfOrder =
  ({ clock, newId, carriers }: Deps): RpcHandler<ShippingService, 'createShipment'> =>
  async ({ input, key, commit, refuse }) => {
    const { address } = input
    const carrier = address === undefined ? undefined : chooseCarrier(carriers, address.country)
    if (address === undefined || carrier === undefined) {
      return refuse('shipping.address_unserved', unserved(address?.country ?? 'nowhere'))
    }
    const method = input.method === '' ? 'standard' : input.method
    if (!methodsOf(carrier, address.country).includes(method))
      return refuse('shipping.method_unknown', noMethod(method))
    return commit(async (tx) => {
      const orderId = input.orderId as OrderId
      const { $typeName: _type, $unknown: _unknown, name, line1, city, country, ...optional } = address
      const planned = {
        id: newId() as ShipmentId,
        actionKey: key,
        orderId,
        customerId: input.customerId as UserId,
        carrier: carrier.name,
        method,
        address: { name, line1, city, country, ...filled(optional) },
        parcels: input.parcels.map(({ warehouseId, lines }) => ({
          warehouseId: warehouseId as WarehouseId,
          lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
        })),
      }
      const shipmentId = await insertShipment(tx, planned, clock.now())
      if (shipmentId === undefined) {
        const made = await findIdByKey(tx, key)
        if (made !== undefined) return { shipmentId: made }
        if (await tx.isErased(input.customerId)) return refuse('shipping.address_unserved', erased)
        return { shipmentId: (await lockShipmentOfOrder(tx, orderId))?.resource.id ?? '' }
      }
      await tx.publish(shippingCreated, shipmentId, { shipmentId, orderId })
      return { shipmentId }
    })
  }

/** Plans a shipment that belongs to no order. */
export const createShipment =
  ({ clock, newId, carriers }: Deps): Handler<ShippingService, 'createShipment'> =>
  async ({ body, calls, commit, refuse }) => {
    const { customerId, address, method = 'standard', parcels } = body
    const chosen = chooseCarrier(carriers, address.country)
    if (chosen === undefined) return refuse('shipping.address_unserved', unserved(address.country))
    const carrier = chosen.name
    const methods = methodsOf(chosen, address.country)
    if (!methods.includes(method)) {
      const fields = [{ pointer: '/method', detail: `must be one of ${methods.join(', ')}` }]
      return refuse('shipping.method_unknown', noMethod(method), { fields })
    }
    const wrong = await checkShipment(calls, body)
    if (wrong !== undefined) return refuse(wrong)
    return commit(async (tx) => {
      const id = newId() as ShipmentId
      const planned = {
        id,
        actionKey: `shipment/${id}`,
        orderId: undefined,
        customerId,
        carrier,
        method,
        address,
        parcels,
      }
      // A key that is made with the shipment is never there before.
      const made = await insertShipment(tx, planned, clock.now())
      return made === undefined ? refuse('shipping.address_unserved', erased) : { status: 201, id }
    })
  }
