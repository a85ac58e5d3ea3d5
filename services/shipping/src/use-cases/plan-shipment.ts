import type { Handler, RpcHandler } from '@stoa/contract'
import { shippingCreated } from '@stoa/contracts/shipping/events'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import type { OrderId, ShipmentId, UserId, WarehouseId } from '@stoa/contracts/ids'
import { compact } from '@stoa/kernel'
import { servesCountry } from '../carriers/rates.ts'
import type { Deps } from '../deps.ts'
import { findByKey, insertShipment, isWithdrawn, lockShipmentOfOrder } from '../store/shipments.ts'

const unserved = (country: string) => `No carrier goes to ${country}.`

/** Plans the shipment of an order, once for each order. */
export const createShipmentOfOrder =
  ({ clock, newId }: Deps): RpcHandler<ShippingService, 'createShipment'> =>
  async ({ input, key, commit, refuse }) => {
    const { address } = input
    if (address === undefined || !servesCountry(address.country)) {
      return refuse('shipping.address_unserved', unserved(address?.country ?? 'nowhere'))
    }
    return commit(async (tx) => {
      const made = await findByKey(tx, key)
      if (made !== undefined) return { shipmentId: made }
      if (await isWithdrawn(tx, key))
        return refuse('shipping.withdrawn', 'The shipment was withdrawn before it was made.')
      const orderId = input.orderId as OrderId
      const { $typeName: _type, $unknown: _unknown, line2, ...rest } = address
      const planned = {
        id: newId() as ShipmentId,
        actionKey: key,
        orderId,
        customerId: input.customerId as UserId,
        method: input.method === '' ? 'standard' : input.method,
        address: { ...rest, ...compact({ line2: line2 === '' ? undefined : line2 }) },
        parcels: input.parcels.map(({ warehouseId, lines }) => ({
          warehouseId: warehouseId as WarehouseId,
          lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
        })),
      }
      const shipmentId = await insertShipment(tx, planned, clock.now())
      if (shipmentId === undefined) return { shipmentId: (await lockShipmentOfOrder(tx, orderId))?.resource.id ?? '' }
      await tx.publish(shippingCreated, shipmentId, { shipmentId, orderId })
      return { shipmentId }
    })
  }

/** Plans a shipment that belongs to no order. */
export const createShipment =
  ({ clock, newId }: Deps): Handler<ShippingService, 'createShipment'> =>
  async ({ body, commit, refuse }) => {
    if (!servesCountry(body.address.country)) return refuse('shipping.address_unserved', unserved(body.address.country))
    return commit(async (tx) => {
      const id = newId() as ShipmentId
      const { customerId, address, method = 'standard', parcels } = body
      const planned = { id, actionKey: `shipment/${id}`, orderId: undefined, customerId, method, address, parcels }
      await insertShipment(tx, planned, clock.now())
      return { status: 201, id }
    })
  }
