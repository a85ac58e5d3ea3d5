import type { Handler, RpcHandler, TaskHandler, Tx } from '@stoa/contract'
import type { Shipment } from '@stoa/contracts/shipping/resources'
import {
  shippingCancelled,
  shippingDelivered,
  shippingDispatched,
  shippingFailed,
} from '@stoa/contracts/shipping/events'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import type { WarehouseId } from '@stoa/contracts/ids'
import type { Deps } from '../deps.ts'
import { decideCancel, decideCarrierEvent, decideRelease, leavingLines, type CarrierEvent } from '../domain/shipment.ts'
import { eraseWhenCustomerIsErased } from '../store/erasure.ts'
import { lockShipment, lockShipmentOfOrder, moveShipment, withdraw } from '../store/shipments.ts'

type ShippingTx = Tx<ShippingService>

/** Calls the shipment of an order off; one that was never planned counts as cancelled, and is refused if it comes late. */
export const cancelShipmentOfOrder =
  ({ clock }: Deps): RpcHandler<ShippingService, 'cancelShipment'> =>
  async ({ input, compensates, commit, refuse }) =>
    commit(async (tx) => {
      const at = clock.now()
      const shipment = await lockShipmentOfOrder(tx, input.orderId)
      if (shipment === undefined) {
        if (compensates !== undefined) await withdraw(tx, compensates, at)
        return {}
      }
      const decision = decideCancel(shipment.resource.status)
      if (decision === 'left') return refuse('shipping.already_left', 'The shipment has left.')
      if (decision === 'cancel') await cancel(tx, shipment.resource, at)
      return {}
    })

async function cancel(tx: ShippingTx, { id: shipmentId, orderId }: Shipment, at: Temporal.Instant): Promise<void> {
  await moveShipment(tx, shipmentId, { to: 'cancelled', at })
  if (orderId !== undefined) await tx.publish(shippingCancelled, shipmentId, { shipmentId, orderId })
  await eraseWhenCustomerIsErased(tx, shipmentId)
}

/** Hands a picked shipment to its carrier; from here the carrier's clock runs. */
export const releaseShipment =
  ({ clock, dayMs }: Deps): RpcHandler<ShippingService, 'release'> =>
  async ({ input, commit, refuse }) =>
    commit(async (tx) => {
      const shipment = await lockShipmentOfOrder(tx, input.orderId)
      if (shipment === undefined) return refuse('shipping.not_found', `order ${input.orderId} has no shipment`)
      const { id: shipmentId, status } = shipment.resource
      const decision = decideRelease(status)
      if (decision === 'refuse') return refuse('shipping.move_not_allowed', `the shipment is ${status}`)
      if (decision === 'release') {
        await moveShipment(tx, shipmentId, { to: 'released', at: clock.now() })
        await tx.enqueue('carrier-dispatch', { shipmentId }, { key: shipmentId, delayMs: dayMs })
      }
      return {}
    })

/** Calls off a shipment that belongs to no order. */
export const cancelShipment =
  ({ clock }: Deps): Handler<ShippingService, 'cancelShipment'> =>
  async ({ params, commit, refuse }) =>
    commit(async (tx) => {
      const shipment = await lockShipment(tx, params.id)
      if (shipment === undefined) return refuse('shipping.not_found', `There is no shipment ${params.id}.`)
      if (shipment.resource.orderId !== undefined) {
        return refuse('shipping.belongs_to_order', 'The shipment is cancelled through its order.')
      }
      const decision = decideCancel(shipment.resource.status)
      if (decision === 'left') return refuse('shipping.already_left', 'The shipment has left.')
      if (decision === 'cancel') await cancel(tx, shipment.resource, clock.now())
      return { status: 200, id: params.id }
    })

export const dispatchShipment =
  (deps: Deps): Handler<ShippingService, 'dispatchShipment'> =>
  async ({ params, commit, refuse }) =>
    commit(async (tx) => {
      const outcome = await noteCarrierEvent(deps, tx, params.id, 'dispatched')
      if (outcome === 'unknown') return refuse('shipping.not_found', `There is no shipment ${params.id}.`)
      if (outcome === 'not_released') return refuse('shipping.not_released', 'The shipment has not been released.')
      if (outcome === 'refuse')
        return refuse('shipping.move_not_allowed', 'The shipment can not be dispatched from where it is.')
      return { status: 200, id: params.id }
    })

/** Lets the sandbox carrier tell something before its time. */
export const simulateShipment =
  (deps: Deps): Handler<ShippingService, 'simulateShipment'> =>
  async ({ params, body, commit, refuse }) =>
    commit(async (tx) => {
      const outcome = await noteCarrierEvent(deps, tx, params.id, body.event)
      if (outcome === 'unknown') return refuse('shipping.not_found', `There is no shipment ${params.id}.`)
      if (outcome === 'not_released') return refuse('shipping.not_released', 'The shipment has not been released.')
      if (outcome === 'refuse')
        return refuse('shipping.move_not_allowed', `The shipment can not be ${body.event} from where it is.`)
      return { status: 200, id: params.id }
    })

export const carrierDispatchTask =
  (deps: Deps): TaskHandler<ShippingService, 'carrier-dispatch'> =>
  async ({ payload, commit }) =>
    commit(async (tx) => void (await noteCarrierEvent(deps, tx, payload.shipmentId, 'dispatched')))

export const carrierDeliverTask =
  (deps: Deps): TaskHandler<ShippingService, 'carrier-deliver'> =>
  async ({ payload, commit }) =>
    commit(async (tx) => void (await noteCarrierEvent(deps, tx, payload.shipmentId, 'delivered')))

/** Takes what the carrier tells of a shipment, when it fits where the shipment stands. */
export async function noteCarrierEvent(
  { clock, dayMs }: Deps,
  tx: ShippingTx,
  id: string,
  event: CarrierEvent,
): Promise<'moved' | 'done' | 'not_released' | 'refuse' | 'unknown'> {
  const shipment = await lockShipment(tx, id)
  if (shipment === undefined) return 'unknown'
  const decision = decideCarrierEvent(shipment.resource.status, event)
  if (decision !== 'move') return decision
  const at = clock.now()
  const { id: shipmentId } = shipment.resource
  const trackingNumber =
    shipment.resource.trackingNumber ?? `SBX-${shipmentId.replaceAll('-', '').slice(-16).toUpperCase()}`
  await moveShipment(tx, shipmentId, { to: event, at, trackingNumber })
  await tell(tx, { ...shipment.resource, trackingNumber }, event)
  if (event === 'dispatched') await tx.enqueue('carrier-deliver', { shipmentId }, { key: shipmentId, delayMs: dayMs })
  else await eraseWhenCustomerIsErased(tx, shipmentId)
  return 'moved'
}

async function tell(
  tx: ShippingTx,
  { id: shipmentId, orderId, parcels, trackingNumber = '' }: Shipment,
  event: CarrierEvent,
): Promise<void> {
  if (orderId === undefined) return
  const fact = { shipmentId, orderId }
  switch (event) {
    case 'dispatched': {
      const lines = leavingLines(parcels).map((line) => ({ ...line, warehouseId: line.warehouseId as WarehouseId }))
      return tx.publish(shippingDispatched, shipmentId, { ...fact, trackingNumber, lines })
    }
    case 'delivered':
      return tx.publish(shippingDelivered, shipmentId, fact)
    case 'failed':
      return tx.publish(shippingFailed, shipmentId, { ...fact, reason: 'shipping.carrier_gave_up' })
  }
}
