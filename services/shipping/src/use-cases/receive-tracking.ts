import type { Handler } from '@stoa/contract'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import { verifiedWebhookId } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { lockTrackedShipment, takeMessage } from '../store/shipments.ts'
import { noteCarrierEvent } from './move-shipment.ts'

/** Takes what a carrier tells, signed and once. */
export const receiveTracking =
  (deps: Deps): Handler<ShippingService, 'receiveTracking'> =>
  async ({ params, headers, body, commit, refuse }) => {
    const { clock, webhookSecret } = deps
    if (params.carrier !== 'sandbox')
      return refuse('shipping.carrier_unknown', `There is no carrier ${params.carrier}.`)
    const signed = { headers, body: JSON.stringify(body), now: clock.now() }
    const id = webhookSecret === undefined ? undefined : verifiedWebhookId(webhookSecret, signed)
    if (id === undefined) return refuse('shipping.webhook_signature_invalid', 'The signature or the time is not valid.')
    return commit(async (tx) => {
      if (!(await takeMessage(tx, id, clock.now()))) return { status: 202 }
      const shipment = await lockTrackedShipment(tx, body.trackingNumber)
      if (shipment === undefined) return refuse('shipping.not_found', `Nothing is tracked as ${body.trackingNumber}.`)
      const outcome = await noteCarrierEvent(deps, tx, shipment.resource.id, body.event)
      if (outcome === 'not_released') return refuse('shipping.not_released', 'The shipment has not been released.')
      return { status: 202 }
    })
  }
