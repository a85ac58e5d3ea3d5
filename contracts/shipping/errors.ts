import { errors } from '@stoa/contract'

/** The errors that shipping returns. */
export const shippingErrors = errors({
  'shipping.not_found': {
    kind: 'not_found',
    title: 'No such shipment',
    why: 'There is no shipment with this id, or it belongs to another customer.',
    fix: 'Check the id.',
  },
  'shipping.address_unserved': {
    kind: 'conflict',
    title: 'No carrier delivers to this address',
    why: 'No carrier delivers to the country of the address.',
    fix: 'Use another address.',
  },
  'shipping.method_unknown': {
    kind: 'invalid',
    title: 'The carrier has no such shipping method',
    why: 'The carrier that delivers to the country of the address does not offer the method.',
    fix: 'Choose a method that the rates name.',
  },
  'shipping.customer_unknown': {
    kind: 'invalid',
    title: 'The customer does not exist',
    why: 'There is no account with this id, or it was erased.',
    fix: 'Check the id of the customer.',
  },
  'shipping.unknown_sku': {
    kind: 'invalid',
    title: 'A SKU of the shipment is unknown',
    why: 'No product has this SKU.',
    fix: 'Check the SKU in the list of products.',
  },
  'shipping.warehouse_unknown': {
    kind: 'invalid',
    title: 'A warehouse of the shipment is unknown',
    why: 'There is no warehouse with this id.',
    fix: 'Choose a warehouse from the list.',
  },
  'shipping.not_released': {
    kind: 'conflict',
    title: 'The shipment has not been released',
    why: 'A shipment leaves only after its order has been picked; a shipment without an order, after staff have released it.',
    fix: 'Wait until the order is picked, or release the shipment.',
  },
  'shipping.already_left': {
    kind: 'conflict',
    title: 'The shipment has left the warehouse',
    why: 'The carrier has the goods.',
    fix: 'Wait until they are delivered, then return them.',
  },
  'shipping.belongs_to_order': {
    kind: 'conflict',
    title: 'The shipment can only be changed through its order',
    why: 'Cancelling only the shipment would leave a paid order that is never delivered; releasing it, an order that was never picked.',
    fix: 'Cancel the order, or mark it as picked.',
  },
  'shipping.move_not_allowed': {
    kind: 'conflict',
    title: 'The shipment cannot change to this status from its current one',
    why: 'The status of a shipment changes in one direction only.',
    fix: 'Read the shipment; it may already have this status.',
  },
  'shipping.carrier_unknown': {
    kind: 'invalid',
    title: 'There is no such carrier',
    why: 'No carrier with this name is configured.',
    fix: 'Choose a carrier that the rates name.',
  },
  'shipping.rate_unavailable': {
    kind: 'invalid',
    title: 'No carrier delivers this parcel',
    why: 'No carrier delivers a parcel of this weight to this country.',
    fix: 'Use a lighter parcel or another country.',
  },
  'shipping.webhook_signature_invalid': {
    kind: 'unauthenticated',
    title: 'The signature of the webhook is not valid',
    why: 'The message was not signed with the secret shared with the carrier, or is too old.',
    fix: 'Check the secret, and the clocks on both sides.',
  },
})
