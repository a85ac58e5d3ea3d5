import type { Handler, RpcHandler } from '@stoa/contract'
import { shippingCreated } from '@stoa/contracts/shipping/events'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import type { OrderId, ShipmentId, UserId, WarehouseId } from '@stoa/contracts/ids'
import { compact } from '@stoa/kernel'
import { chooseCarrier } from '../carriers/carrier.ts'
import type { Deps } from '../deps.ts'
import { findEarlier, insertShipment, lockShipmentOfOrder } from '../store/shipments.ts'

const unserved = (country: string) => `No carrier goes to ${country}.`

/** Plans the shipment of an order, once for each order. */
export const createShipmentOfOrder =
  ({ clock, newId, carriers }: Deps): RpcHandler<ShippingService, 'createShipment'> =>
  async ({ input, key, commit, refuse }) => {
    const { address } = input
    const carrier = address === undefined ? undefined : chooseCarrier(carriers, address.country)
    if (address === undefined || carrier === undefined) {
      return refuse('shipping.address_unserved', unserved(address?.country ?? 'nowhere'))
    }
    return commit(async (tx) => {
      const { shipmentId: made, isWithdrawn } = await findEarlier(tx, key)
      if (made !== null) return { shipmentId: made }
      if (isWithdrawn) return refuse('shipping.withdrawn', 'The shipment was withdrawn before it was made.')
      const orderId = input.orderId as OrderId
      const { $typeName: _type, $unknown: _unknown, line2, ...rest } = address
      const planned = {
        id: newId() as ShipmentId,
        actionKey: key,
        orderId,
        customerId: input.customerId as UserId,
        carrier: carrier.name,
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
  ({ clock, newId, carriers }: Deps): Handler<ShippingService, 'createShipment'> =>
  async ({ body, commit, refuse }) => {
    const carrier = chooseCarrier(carriers, body.address.country)?.name
    if (carrier === undefined) return refuse('shipping.address_unserved', unserved(body.address.country))
    return commit(async (tx) => {
      const id = newId() as ShipmentId
      const { customerId, address, method = 'standard', parcels } = body
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
      await insertShipment(tx, planned, clock.now())
      return { status: 201, id }
    })
  }
