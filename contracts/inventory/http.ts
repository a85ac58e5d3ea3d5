import { closed, CountrySchema, get, noteText, PageQuery, pageSchema, patch, post, put, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { CategoryPath } from '../shared/category-path.ts'
import { OrderId, ProductId, WarehouseId } from '../shared/ids.ts'
import {
  Availability,
  Movement,
  NewProduct,
  Product,
  ProductPatch,
  ProductStatus,
  Reservation,
  StockLine,
  Warehouse,
} from './resources.ts'
import { Sku } from '../shared/sku.ts'

export { createCategory, listCategories } from './categories.ts'
export { listUnitCosts, removeUnitCost, setUnitCost } from './costs.ts'
export { addProductImage, deleteProductImage, readProductImage } from './images.ts'
export { getReadModel, rebuildReadModel } from './read-model.ts'

/** Callers who may write products also see drafts; all others get the same response, which may be cached briefly. */
const sameForCustomers = {
  cacheControl: 'public, max-age=5, stale-while-revalidate=30, stale-if-error=600',
  sharedWith: { exceptWhoMay: 'product:manage' },
} as const

/** POST /api/v1/products */
export const createProduct = post('/api/v1/products', {
  summary: 'Create a product with its variants',
  permission: 'product:manage',
  audited: true,
  owner: 'none',
  body: NewProduct,
  answers: { 201: Product },
  answersWith: 'getProduct',
  refuses: ['product.sku_taken', 'product.attributes_invalid', 'product.tax_class_unknown', 'category.unknown'],
})

/** GET /api/v1/products */
export const listProducts = get('/api/v1/products', {
  summary: 'List products, filtered by category, tag, attribute or price, and sorted',
  permission: 'public',
  owner: 'none',
  query: Type.Object(
    {
      ...PageQuery,
      category: Type.Optional({ ...CategoryPath, description: 'path of the category; includes all subcategories' }),
      tag: Type.Optional(Type.String({ maxLength: 60 })),
      attribute: Type.Optional(Type.String({ maxLength: 600, description: 'name:value' })),
      priceFrom: Type.Optional(Type.Integer({ minimum: 0, description: 'minor units' })),
      priceTo: Type.Optional(Type.Integer({ minimum: 0, description: 'minor units' })),
      status: Type.Optional(ProductStatus),
      sort: Type.Optional(Type.Enum(['name', '-name', 'price', '-price', 'newest'])),
    },
    closed,
  ),
  answers: { 200: pageSchema(Product) },
  ...sameForCustomers,
})

/** GET /api/v1/products/search */
export const searchProducts = get('/api/v1/products/search', {
  summary: 'Search products for sale, best match first',
  permission: 'public',
  owner: 'none',
  query: Type.Object(
    {
      q: Type.String({ minLength: 1, maxLength: 100, description: 'words or word prefixes; tolerates typing errors' }),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 20 })),
    },
    closed,
  ),
  answers: { 200: Type.Object({ items: Type.Array(Product) }) },
  ...sameForCustomers,
})

/** GET /api/v1/products/{id} */
export const getProduct = get('/api/v1/products/{id}', {
  params: { id: ProductId },
  summary: 'Read a product',
  permission: 'public',
  owner: 'none',
  answers: { 200: Product },
  refuses: ['product.not_found'],
  ...sameForCustomers,
})

/** GET /api/v1/products/sku/{sku} */
export const getProductBySku = get('/api/v1/products/sku/{sku}', {
  params: { sku: Sku },
  summary: 'Read the product that has a variant with this SKU',
  permission: 'public',
  owner: 'none',
  answers: { 200: Product },
  refuses: ['product.not_found'],
  ...sameForCustomers,
})

/** PUT /api/v1/products/{id} */
export const replaceProduct = put('/api/v1/products/{id}', {
  params: { id: ProductId },
  summary: 'Replace a product',
  permission: 'product:manage',
  audited: true,
  owner: 'none',
  body: NewProduct,
  answers: { 200: Product },
  answersWith: 'getProduct',
  refuses: [
    'product.not_found',
    'product.sku_taken',
    'product.attributes_invalid',
    'product.tax_class_unknown',
    'product.in_use',
    'category.unknown',
  ],
})

/** PATCH /api/v1/products/{id} */
export const patchProduct = patch('/api/v1/products/{id}', {
  params: { id: ProductId },
  summary: 'Change some fields of a product',
  permission: 'product:manage',
  audited: true,
  owner: 'none',
  body: ProductPatch,
  answers: { 200: Product },
  answersWith: 'getProduct',
  refuses: [
    'product.not_found',
    'product.sku_taken',
    'product.attributes_invalid',
    'product.tax_class_unknown',
    'product.in_use',
    'category.unknown',
  ],
})

/** DELETE /api/v1/products/{id} */
export const deleteProduct = remove('/api/v1/products/{id}', {
  params: { id: ProductId },
  summary: 'Delete a product that has no stock reserved',
  permission: 'product:manage',
  audited: true,
  owner: 'none',
  answers: { 204: null },
  refuses: ['product.not_found', 'product.in_use'],
})

/** GET /api/v1/inventory/availability */
export const getAvailability = get('/api/v1/inventory/availability', {
  summary: 'Read the quantity of each SKU that can be sold now',
  permission: 'public',
  owner: 'none',
  query: Type.Object({ sku: Type.Array(Sku, { minItems: 1, maxItems: 100 }) }, closed),
  answers: { 200: Type.Object({ items: Type.Array(Availability) }) },
  refuses: ['inventory.unknown_sku'],
})

/** POST /api/v1/inventory/reserve */
export const reserveStock = post('/api/v1/inventory/reserve', {
  summary: 'Reserve stock for 15 minutes, all lines or none',
  permission: 'inventory:manage',
  audited: true,
  owner: 'none',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      orderId: OrderId,
      lines: Type.Array(StockLine, { minItems: 1, maxItems: 100 }),
      country: Type.Optional(CountrySchema),
    },
    closed,
  ),
  answers: { 201: Reservation },
  answersWith: 'getReservation',
  refuses: [
    'inventory.insufficient_stock',
    'inventory.unknown_sku',
    'inventory.not_for_sale',
    'inventory.already_reserved',
  ],
})

/** GET /api/v1/inventory/reservations/{orderId} */
export const getReservation = get('/api/v1/inventory/reservations/{orderId}', {
  params: { orderId: OrderId },
  summary: 'Read the reservation of an order',
  permission: 'inventory:read',
  owner: 'none',
  answers: { 200: Reservation },
  refuses: ['inventory.reservation_not_found'],
})

const OfOrder = Type.Object({ orderId: OrderId }, closed)

/** POST /api/v1/inventory/release */
export const releaseStock = post('/api/v1/inventory/release', {
  summary: 'Release the stock of a cart, or of an order that has ended',
  permission: 'inventory:manage',
  audited: true,
  owner: 'none',
  body: OfOrder,
  answers: { 200: Reservation },
  answersWith: 'getReservation',
  refuses: ['inventory.reservation_not_found', 'inventory.reservation_ended', 'inventory.belongs_to_order'],
})

/** POST /api/v1/inventory/confirm */
export const confirmStock = post('/api/v1/inventory/confirm', {
  summary: 'Allocate the reserved stock of an order permanently',
  permission: 'inventory:manage',
  audited: true,
  owner: 'none',
  body: OfOrder,
  answers: { 200: Reservation },
  answersWith: 'getReservation',
  refuses: ['inventory.reservation_not_found', 'inventory.reservation_ended', 'inventory.order_unknown'],
})

/** GET /api/v1/inventory/warehouses */
export const listWarehouses = get('/api/v1/inventory/warehouses', {
  summary: 'List the warehouses',
  permission: 'inventory:read',
  owner: 'none',
  answers: { 200: Type.Object({ items: Type.Array(Warehouse) }) },
})

/** POST /api/v1/inventory/warehouses */
export const createWarehouse = post('/api/v1/inventory/warehouses', {
  summary: 'Create a warehouse',
  permission: 'inventory:manage',
  audited: true,
  owner: 'none',
  body: Type.Omit(Warehouse, ['id'], closed),
  answers: { 201: Warehouse },
  refuses: ['warehouse.taken'],
})

/** POST /api/v1/inventory/adjustments */
export const adjustStock = post('/api/v1/inventory/adjustments', {
  summary: 'Adjust the stock of a warehouse manually, with a reason',
  permission: 'inventory:manage',
  audited: true,
  owner: 'none',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      sku: Sku,
      warehouseId: WarehouseId,
      delta: Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 }),
      reason: noteText(200),
      reorderPoint: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
      backorderAllowed: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
  answers: { 201: Movement },
  refuses: ['inventory.unknown_sku', 'inventory.insufficient_stock', 'warehouse.unknown'],
})

/** POST /api/v1/inventory/transfers */
export const transferStock = post('/api/v1/inventory/transfers', {
  summary: 'Move stock from one warehouse to another',
  permission: 'inventory:manage',
  audited: true,
  owner: 'none',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      sku: Sku,
      fromWarehouseId: WarehouseId,
      toWarehouseId: WarehouseId,
      quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    },
    closed,
  ),
  answers: { 201: Type.Object({ items: Type.Array(Movement) }) },
  refuses: ['inventory.unknown_sku', 'inventory.insufficient_stock', 'warehouse.unknown'],
})

/** GET /api/v1/inventory/movements */
export const listMovements = get('/api/v1/inventory/movements', {
  summary: 'List the stock ledger, newest first',
  permission: 'inventory:read',
  owner: 'none',
  query: Type.Object({ ...PageQuery, sku: Type.Optional(Sku), warehouseId: Type.Optional(WarehouseId) }, closed),
  answers: { 200: pageSchema(Movement) },
})
