import type { Handler, RpcHandler, TaskHandler, Tx } from '@stoa/contract'
import type { Shipment } from '@stoa/contracts/shipping/resources'
import {
  shippingCancelled,
  shippingDelivered,
  shippingDispatched,
  shippingFailed,
} from '@stoa/contracts/shipping/events'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import type { WarehouseId } from '@stoa/contracts/shared/ids'
import { compact } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { decideCancel, decideCarrierEvent, decideRelease, leavingLines, type CarrierEvent } from '../domain/shipment.ts'
import { eraseWhenCustomerIsErased } from '../store/erasure.ts'
import { lockShipment, lockShipmentOfOrder, moveShipment } from '../store/shipments.ts'

type ShippingTx = Tx<ShippingService>

/** Cancels the shipment of an order. A shipment that was never planned counts as cancelled. */
export const cancelShipmentOfOrder =
  ({ clock }: Deps): RpcHandler<ShippingService, 'cancelShipment'> =>
  async ({ input, commit, refuse }) =>
    commit(async (tx) => {
      const shipment = await lockShipmentOfOrder(tx, input.orderId)
      if (shipment === undefined) return {}
      const decision = decideCancel(shipment.resource.status)
      if (decision === 'left') return refuse('shipping.already_left', 'The shipment has left the warehouse.')
      if (decision === 'cancel') await cancel(tx, shipment.resource, clock.now())
      return {}
    })

async function cancel(tx: ShippingTx, { id: shipmentId, orderId }: Shipment, at: Temporal.Instant): Promise<void> {
  await moveShipment(tx, shipmentId, { to: 'cancelled', at })
  if (orderId !== undefined) await tx.publish(shippingCancelled, shipmentId, { shipmentId, orderId })
  await eraseWhenCustomerIsErased(tx, shipmentId)
}

/** Hands the picked shipment of an order to its carrier. */
export const releaseShipmentOfOrder =
  (deps: Deps): RpcHandler<ShippingService, 'release'> =>
  async ({ input, commit, refuse }) =>
    commit(async (tx) => {
      const shipment = await lockShipmentOfOrder(tx, input.orderId)
      if (shipment === undefined) return refuse('shipping.not_found', `order ${input.orderId} has no shipment`)
      const { status } = shipment.resource
      const decision = decideRelease(status)
      if (decision === 'refuse') return refuse('shipping.move_not_allowed', `the shipment is ${status}`)
      if (decision === 'release') await release(deps, tx, shipment.resource)
      return {}
    })

/** Hands a shipment that belongs to no order to its carrier. */
export const releaseShipment =
  (deps: Deps): Handler<ShippingService, 'releaseShipment'> =>
  async ({ params, commit, refuse }) =>
    commit(async (tx) => {
      const shipment = await lockShipment(tx, params.id)
      if (shipment === undefined) return refuse('shipping.not_found', `The shipment ${params.id} does not exist.`)
      const { orderId, status } = shipment.resource
      if (orderId !== undefined) {
        return refuse('shipping.belongs_to_order', 'The shipment is released automatically when its order is picked.')
      }
      const decision = decideRelease(status)
      if (decision === 'refuse') return refuse('shipping.move_not_allowed', `The shipment is ${status}.`)
      if (decision === 'release') await release(deps, tx, shipment.resource)
      return { status: 200, id: params.id }
    })

/** Hands a planned shipment to its carrier; from here the carrier's clock runs. */
async function release({ clock, carriers }: Deps, tx: ShippingTx, { id, carrier: name }: Shipment): Promise<void> {
  const carrier = carriers.get(name)
  const trackingNumber = carrier?.trackingNumberOf(id)
  await moveShipment(tx, id, { to: 'released', at: clock.now(), trackingNumber })
  if (carrier?.simulated === undefined) return
  await tx.enqueue('carrier-dispatch', { shipmentId: id }, { key: id, delayMs: carrier.simulated.dayMs })
}

/** Cancels a shipment that belongs to no order. */
export const cancelShipment =
  ({ clock }: Deps): Handler<ShippingService, 'cancelShipment'> =>
  async ({ params, commit, refuse }) =>
    commit(async (tx) => {
      const shipment = await lockShipment(tx, params.id)
      if (shipment === undefined) return refuse('shipping.not_found', `The shipment ${params.id} does not exist.`)
      if (shipment.resource.orderId !== undefined) {
        return refuse('shipping.belongs_to_order', 'The shipment can only be cancelled through its order.')
      }
      const decision = decideCancel(shipment.resource.status)
      if (decision === 'left') return refuse('shipping.already_left', 'The shipment has left the warehouse.')
      if (decision === 'cancel') await cancel(tx, shipment.resource, clock.now())
      return { status: 200, id: params.id }
    })

export const dispatchShipment =
  (deps: Deps): Handler<ShippingService, 'dispatchShipment'> =>
  async ({ params, commit, refuse }) =>
    commit(async (tx) => {
      const outcome = await noteCarrierEvent(deps, tx, params.id, 'dispatched')
      if (outcome === 'unknown') return refuse('shipping.not_found', `The shipment ${params.id} does not exist.`)
      if (outcome === 'not_released') return refuse('shipping.not_released', 'The shipment has not been released.')
      if (outcome === 'refuse')
        return refuse('shipping.move_not_allowed', 'The shipment cannot be dispatched in its current status.')
      return { status: 200, id: params.id }
    })

/** Makes a simulated carrier report an event early. */
export const simulateShipment =
  (deps: Deps): Handler<ShippingService, 'simulateShipment'> =>
  async ({ params, body, commit, refuse }) =>
    commit(async (tx) => {
      const outcome = await noteCarrierEvent(deps, tx, params.id, body.event, { isSimulation: true })
      if (outcome === 'unknown') return refuse('shipping.not_found', `The shipment ${params.id} does not exist.`)
      if (outcome === 'not_simulated') return refuse('shipping.carrier_unknown', 'The carrier is not the sandbox.')
      if (outcome === 'not_released') return refuse('shipping.not_released', 'The shipment has not been released.')
      if (outcome === 'refuse')
        return refuse('shipping.move_not_allowed', `The shipment cannot change to ${body.event} in its current status.`)
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

/** Applies a tracking event, if it is valid in the current status. */
export async function noteCarrierEvent(
  { clock, carriers }: Deps,
  tx: ShippingTx,
  id: string,
  event: CarrierEvent,
  { isSimulation = false } = {},
): Promise<'moved' | 'done' | 'not_released' | 'refuse' | 'unknown' | 'not_simulated'> {
  const shipment = await lockShipment(tx, id)
  if (shipment === undefined) return 'unknown'
  const carrier = carriers.get(shipment.resource.carrier)
  const simulated = carrier?.simulated
  if (isSimulation && simulated === undefined) return 'not_simulated'
  const decision = decideCarrierEvent(shipment.resource.status, event)
  if (decision !== 'move') return decision
  const at = clock.now()
  const { id: shipmentId } = shipment.resource
  // one that was released before numbers were given then gets its number here
  const trackingNumber = shipment.resource.trackingNumber ?? carrier?.trackingNumberOf(shipmentId)
  await moveShipment(tx, shipmentId, { to: event, at, trackingNumber })
  await publishMove(tx, { ...shipment.resource, ...compact({ trackingNumber }) }, event)
  if (event !== 'dispatched') await eraseWhenCustomerIsErased(tx, shipmentId)
  else if (simulated !== undefined) {
    await tx.enqueue('carrier-deliver', { shipmentId }, { key: shipmentId, delayMs: simulated.dayMs })
  }
  return 'moved'
}

async function publishMove(
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
