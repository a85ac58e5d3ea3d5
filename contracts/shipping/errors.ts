import { errors } from '@stoa/contract'

/** What shipping refuses with. */
export const shippingErrors = errors({
  'shipping.not_found': {
    kind: 'not_found',
    title: 'No such shipment',
    why: 'There is no shipment of this id, or it is another customer’s.',
    mend: 'Check the id.',
  },
  'shipping.withdrawn': {
    kind: 'conflict',
    title: 'The shipment was withdrawn before it was made',
    why: 'The shipment was cancelled before the request for it arrived.',
    mend: 'Nothing: whoever cancelled it has moved on.',
  },
  'shipping.address_unserved': {
    kind: 'conflict',
    title: 'The carrier does not go to this address',
    why: 'No carrier delivers to the country of the address.',
    mend: 'Give another address.',
  },
  'shipping.not_released': {
    kind: 'conflict',
    title: 'The shipment has not been released by its order',
    why: 'A shipment leaves only once its order has been picked.',
    mend: 'Wait until the order is picked.',
  },
  'shipping.already_left': {
    kind: 'conflict',
    title: 'The shipment has left',
    why: 'The carrier has the goods.',
    mend: 'Wait until they have arrived, then send them back.',
  },
  'shipping.belongs_to_order': {
    kind: 'conflict',
    title: 'The shipment is cancelled through its order',
    why: 'Cancelling only the shipment would leave an order that is paid and never comes.',
    mend: 'Cancel the order.',
  },
  'shipping.move_not_allowed': {
    kind: 'conflict',
    title: 'The shipment can not go there from where it is',
    why: 'A shipment goes from status to status in one direction only.',
    mend: 'Read the shipment; it may be there already.',
  },
  'shipping.carrier_unknown': {
    kind: 'invalid',
    title: 'There is no such carrier',
    why: 'No carrier of this name is configured.',
    mend: 'Take one that the rates name.',
  },
  'shipping.rate_unavailable': {
    kind: 'invalid',
    title: 'No carrier goes there',
    why: 'No carrier takes a parcel of this weight to this country.',
    mend: 'Make the parcel lighter, or give another country.',
  },
  'shipping.webhook_signature_invalid': {
    kind: 'unauthenticated',
    title: 'The signature of the webhook is not valid',
    why: 'The message was not signed with the secret shared with the carrier, or is too old.',
    mend: 'Check the secret and the clock on both sides.',
  },
})
