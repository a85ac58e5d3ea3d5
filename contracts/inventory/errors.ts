import { errors } from '@stoa/contract'

/** What inventory refuses with. */
export const inventoryErrors = errors({
  'product.not_found': { kind: 'not_found', title: 'No such product' },
  'product.sku_taken': { kind: 'conflict', title: 'A SKU belongs to another product' },
  'product.attributes_invalid': { kind: 'invalid', title: 'The attributes do not fit the category’s schema' },
  'product.in_use': { kind: 'conflict', title: 'Stock of the product is reserved' },
  'category.unknown': { kind: 'invalid', title: 'No such category' },
  'category.taken': { kind: 'conflict', title: 'A category of this name exists there' },
  'warehouse.unknown': { kind: 'invalid', title: 'No such warehouse' },
  'warehouse.taken': { kind: 'conflict', title: 'A warehouse of this code exists' },
  'inventory.unknown_sku': { kind: 'invalid', title: 'A SKU is unknown' },
  'inventory.not_for_sale': { kind: 'conflict', title: 'A product is not for sale' },
  'inventory.already_reserved': { kind: 'conflict', title: 'The order has a reservation already' },
  'inventory.insufficient_stock': { kind: 'conflict', title: 'Not enough in stock' },
  'inventory.reservation_not_found': { kind: 'not_found', title: 'No such reservation' },
  'inventory.reservation_withdrawn': { kind: 'conflict', title: 'The reservation was withdrawn before it was made' },
  'inventory.return_exceeds_reservation': { kind: 'conflict', title: 'More came back than had left' },
  'inventory.reservation_ended': { kind: 'conflict', title: 'The reservation has been released or fulfilled' },
})
