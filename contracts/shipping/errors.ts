import { errors } from '@stoa/contract'

/** What shipping refuses with. */
export const shippingErrors = errors({
  'shipping.not_found': { kind: 'not_found', title: 'No such shipment' },
  'shipping.withdrawn': { kind: 'conflict', title: 'The shipment was withdrawn before it was made' },
  'shipping.address_unserved': { kind: 'conflict', title: 'The carrier does not go to this address' },
  'shipping.not_released': { kind: 'conflict', title: 'The shipment has not been released by its order' },
  'shipping.already_left': { kind: 'conflict', title: 'The shipment has left' },
  'shipping.belongs_to_order': { kind: 'conflict', title: 'The shipment is cancelled through its order' },
  'shipping.move_not_allowed': { kind: 'conflict', title: 'The shipment can not go there from where it is' },
  'shipping.carrier_unknown': { kind: 'invalid', title: 'There is no such carrier' },
  'shipping.rate_unavailable': { kind: 'invalid', title: 'No carrier goes there' },
  'shipping.webhook_signature_invalid': { kind: 'unauthenticated', title: 'The signature of the webhook is not valid' },
})
