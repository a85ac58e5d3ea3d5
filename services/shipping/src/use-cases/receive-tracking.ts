import type { Handler, TaskHandler } from '@stoa/contract'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import type { Deps } from '../deps.ts'
import { lockTrackedShipment, purgeMessages, takeMessage } from '../store/shipments.ts'
import { noteCarrierEvent } from './move-shipment.ts'

/** Processes a signed tracking event of a carrier once. */
export const receiveTracking =
  (deps: Deps): Handler<ShippingService, 'receiveTracking'> =>
  async ({ params, headers, body, rawBody, commit, refuse }) => {
    const { clock, carriers } = deps
    const carrier = carriers.get(params.carrier)
    if (carrier === undefined)
      return refuse('shipping.carrier_unknown', `The carrier ${params.carrier} does not exist.`)
    const id = carrier.messageIdOf({ headers, body: rawBody, now: clock.now() })
    if (id === undefined)
      return refuse('shipping.webhook_signature_invalid', 'The signature or the timestamp is not valid.')
    return commit(async (tx) => {
      if (!(await takeMessage(tx, `${carrier.name}/${id}`, clock.now()))) return { status: 202 }
      const shipment = await lockTrackedShipment(tx, body.trackingNumber)
      if (shipment === undefined || shipment.resource.carrier !== carrier.name)
        return refuse('shipping.not_found', `The tracking number ${body.trackingNumber} is unknown.`)
      const { id: shipmentId, status } = shipment.resource
      // what has arrived has left: inventory hears of it first, in whatever order the carrier tells
      if (status === 'released' && body.event !== 'dispatched')
        await noteCarrierEvent(deps, tx, shipmentId, 'dispatched')
      const outcome = await noteCarrierEvent(deps, tx, shipmentId, body.event)
      if (outcome === 'not_released') return refuse('shipping.not_released', 'The shipment has not been released.')
      return { status: 202 }
    })
  }

/** A message older than a day is refused by its time; that it was taken need not be remembered. */
export const purgeMessagesTask =
  ({ clock }: Deps): TaskHandler<ShippingService, 'purge-carrier-messages'> =>
  async ({ commit }) =>
    commit((tx) => purgeMessages(tx, clock.now().subtract({ hours: 24 })))
