import type { Handler, TaskHandler } from '@stoa/contract'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import type { Deps } from '../deps.ts'
import { lockTrackedShipment, purgeMessages, takeMessage } from '../store/shipments.ts'
import { noteCarrierEvent } from './move-shipment.ts'

/** Takes what a carrier tells, signed and once. */
export const receiveTracking =
  (deps: Deps): Handler<ShippingService, 'receiveTracking'> =>
  async ({ params, headers, body, commit, refuse }) => {
    const { clock, carriers } = deps
    const carrier = carriers.get(params.carrier)
    if (carrier === undefined) return refuse('shipping.carrier_unknown', `There is no carrier ${params.carrier}.`)
    const id = carrier.messageIdOf({ headers, body: JSON.stringify(body), now: clock.now() })
    if (id === undefined) return refuse('shipping.webhook_signature_invalid', 'The signature or the time is not valid.')
    return commit(async (tx) => {
      if (!(await takeMessage(tx, `${carrier.name}/${id}`, clock.now()))) return { status: 202 }
      const shipment = await lockTrackedShipment(tx, body.trackingNumber)
      if (shipment === undefined || shipment.resource.carrier !== carrier.name)
        return refuse('shipping.not_found', `Nothing is tracked as ${body.trackingNumber}.`)
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
