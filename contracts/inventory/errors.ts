import { errors } from '@stoa/contract'

/** The errors that inventory returns. */
export const inventoryErrors = errors({
  'product.not_found': {
    kind: 'not_found',
    title: 'No such product',
    why: 'There is no product with this id, or the caller may not see it.',
    fix: 'Check the id, or search the products.',
  },
  'product.sku_taken': {
    kind: 'conflict',
    title: 'The SKU belongs to another product',
    why: 'A SKU identifies one product permanently.',
    fix: 'Choose another SKU.',
  },
  'product.attributes_invalid': {
    kind: 'invalid',
    title: 'The attributes do not match the category’s schema',
    why: 'The category of the product defines which attributes exist and their types.',
    fix: 'Correct the attributes that `errors` points to, or change the schema of the category.',
  },
  'product.in_use': {
    kind: 'conflict',
    title: 'Stock of the product is reserved',
    why: 'Orders in progress hold stock of the product.',
    fix: 'Wait until those orders have ended; discontinue the product meanwhile.',
  },
  'product.image_not_found': {
    kind: 'not_found',
    title: 'No such image',
    why: 'The product has no image with this id.',
    fix: 'Read the product; it lists its images.',
  },
  'product.image_unreadable': {
    kind: 'invalid',
    title: 'The image cannot be used',
    why: 'Its header does not contain a width and a height, or it has more than 50 million pixels.',
    fix: 'Export the image again as JPEG, PNG or WebP, or reduce its size.',
  },
  'product.too_many_images': {
    kind: 'conflict',
    title: 'The product has 20 images',
    why: 'A product can have 20 images.',
    fix: 'Remove an image first.',
  },
  'category.unknown': {
    kind: 'invalid',
    title: 'No such category',
    why: 'There is no category with this id.',
    fix: 'Choose a category from the list, or create it first.',
  },
  'product.tax_class_unknown': {
    kind: 'invalid',
    title: 'There is no tax rate for this tax class',
    why: 'No tax rate of pricing names the tax class, so the product could be sold nowhere.',
    fix: 'Check the tax class, or set a tax rate for it first.',
  },
  'category.taken': {
    kind: 'conflict',
    title: 'A category with this name exists under the same parent',
    why: 'Category names are unique under one parent.',
    fix: 'Choose another name.',
  },
  'warehouse.unknown': {
    kind: 'invalid',
    title: 'No such warehouse',
    why: 'There is no warehouse with this id.',
    fix: 'Choose a warehouse from the list.',
  },
  'warehouse.taken': {
    kind: 'conflict',
    title: 'A warehouse with this code exists',
    why: 'Warehouse codes are unique.',
    fix: 'Choose another code.',
  },
  'inventory.cost_currency_invalid': {
    kind: 'invalid',
    title: 'The unit cost is in another currency',
    why: 'Unit costs are in the currency of the list prices (`SHOP_CURRENCY` of inventory), so that margins can be calculated.',
    fix: 'Convert the amount, and send it in the currency that `errors` states.',
  },
  'inventory.unknown_sku': {
    kind: 'invalid',
    title: 'A SKU is unknown',
    why: 'No product has this SKU.',
    fix: 'Check the SKU in the list of products.',
  },
  'inventory.not_for_sale': {
    kind: 'conflict',
    title: 'A product is not for sale',
    why: 'The product is a draft or was discontinued.',
    fix: 'Remove it from the order.',
  },
  'inventory.already_reserved': {
    kind: 'conflict',
    title: 'The order already has a reservation',
    why: 'An order has exactly one reservation.',
    fix: 'Use the existing reservation, or release it before you create another.',
  },
  'inventory.insufficient_stock': {
    kind: 'conflict',
    title: 'Not enough in stock',
    why: 'The free stock is less than the requested quantity; stock reserved for others does not count.',
    fix: 'Request less, or retry later; the availability shows the free stock.',
  },
  'inventory.reservation_not_found': {
    kind: 'not_found',
    title: 'No such reservation',
    why: 'There is no reservation with this id or for this order.',
    fix: 'Check the id.',
  },
  'inventory.order_unknown': {
    kind: 'invalid',
    title: 'There is no such order',
    why: 'Stock is permanently allocated only to an order.',
    fix: 'Place the order; stock held by a cart is released after 15 minutes.',
  },
  'inventory.belongs_to_order': {
    kind: 'conflict',
    title: 'The reservation belongs to an order in progress',
    why: 'An order whose stock is released cannot be delivered.',
    fix: 'Cancel the order.',
  },
  'inventory.return_exceeds_reservation': {
    kind: 'conflict',
    title: 'More units would be returned than were shipped',
    why: 'The return of a line exceeds the units that were shipped for the order.',
    fix: 'Check the quantities against the order.',
  },
  'inventory.reservation_ended': {
    kind: 'conflict',
    title: 'The reservation has been released or fulfilled',
    why: 'The goods were released or have left the warehouse.',
    fix: 'Create a new reservation.',
  },
})
