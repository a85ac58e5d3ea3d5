import { errors } from '@stoa/contract'

/** What inventory refuses with. */
export const inventoryErrors = errors({
  'product.not_found': {
    kind: 'not_found',
    title: 'No such product',
    why: 'There is no product of this id, or it is not shown to this caller.',
    mend: 'Check the id, or search the list of products.',
  },
  'product.sku_taken': {
    kind: 'conflict',
    title: 'A SKU belongs to another product',
    why: 'A SKU names one thing to sell, for ever.',
    mend: 'Choose another SKU.',
  },
  'product.attributes_invalid': {
    kind: 'invalid',
    title: 'The attributes do not fit the category’s schema',
    why: 'The product’s category says which attributes there are, and of what type.',
    mend: 'Mend the attributes that `errors` points to, or change the category’s schema.',
  },
  'product.in_use': {
    kind: 'conflict',
    title: 'Stock of the product is reserved',
    why: 'Orders that are under way hold stock of it.',
    mend: 'Wait until they have ended; discontinue the product meanwhile.',
  },
  'category.unknown': {
    kind: 'invalid',
    title: 'No such category',
    why: 'There is no category of this id.',
    mend: 'Take one from the list of categories, or make it first.',
  },
  'category.taken': {
    kind: 'conflict',
    title: 'A category of this name exists there',
    why: 'Two categories under one parent can not have one name.',
    mend: 'Choose another name.',
  },
  'warehouse.unknown': {
    kind: 'invalid',
    title: 'No such warehouse',
    why: 'There is no warehouse of this id.',
    mend: 'Take one from the list of warehouses.',
  },
  'warehouse.taken': {
    kind: 'conflict',
    title: 'A warehouse of this code exists',
    why: 'A warehouse’s code is its own.',
    mend: 'Choose another code.',
  },
  'inventory.unknown_sku': {
    kind: 'invalid',
    title: 'A SKU is unknown',
    why: 'No product has this SKU.',
    mend: 'Check the SKU against the list of products.',
  },
  'inventory.not_for_sale': {
    kind: 'conflict',
    title: 'A product is not for sale',
    why: 'The product is a draft, or was discontinued.',
    mend: 'Take it out of the order.',
  },
  'inventory.already_reserved': {
    kind: 'conflict',
    title: 'The order has a reservation already',
    why: 'An order has one reservation, made once.',
    mend: 'Read the one there is; release it before another is made.',
  },
  'inventory.insufficient_stock': {
    kind: 'conflict',
    title: 'Not enough in stock',
    why: 'Less is free than was asked for; what others have reserved does not count.',
    mend: 'Ask for less, or later; availability says what is free.',
  },
  'inventory.reservation_not_found': {
    kind: 'not_found',
    title: 'No such reservation',
    why: 'There is no reservation of this id or for this order.',
    mend: 'Check the id.',
  },
  'inventory.reservation_withdrawn': {
    kind: 'conflict',
    title: 'The reservation was withdrawn before it was made',
    why: 'The reservation was released before the request for it arrived; it must not hold stock any more.',
    mend: 'Nothing: whoever released it has moved on.',
  },
  'inventory.return_exceeds_reservation': {
    kind: 'conflict',
    title: 'More came back than had left',
    why: 'More of a line was to come back than had left for the order.',
    mend: 'Check the quantities against the order.',
  },
  'inventory.reservation_ended': {
    kind: 'conflict',
    title: 'The reservation has been released or fulfilled',
    why: 'The goods were released, or have left.',
    mend: 'Make a new reservation.',
  },
})
