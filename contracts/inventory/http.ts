import { get, PageQuery, pageSchema, patch, post, put, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { closed } from '../closed.ts'
import { OrderId, ProductId, WarehouseId } from '../ids.ts'
import {
  AttributeSchema,
  Availability,
  Category,
  Movement,
  NewProduct,
  Product,
  ProductPatch,
  ProductStatus,
  Reservation,
  Sku,
  StockLine,
  Warehouse,
} from './resources.ts'

export { getReadModel, rebuildReadModel } from './read-model.ts'

/** Drafts are shown to those who write them; all others get the same, which may be kept for a moment. */
const sameForCustomers = {
  cacheControl: 'public, max-age=5, stale-while-revalidate=30, stale-if-error=600',
  sharedWith: { exceptWhoMay: 'product:manage' },
} as const

/** POST /api/v1/products */
export const createProduct = post('/api/v1/products', {
  summary: 'Make a product with its variants',
  permission: 'product:manage',
  owner: 'none',
  body: NewProduct,
  answers: { 201: Product },
  answersWith: 'getProduct',
  refuses: ['product.sku_taken', 'product.attributes_invalid', 'category.unknown'],
})

/** GET /api/v1/products */
export const listProducts = get('/api/v1/products', {
  summary: 'List products: by category, tag, attribute, price; sorted',
  permission: 'public',
  owner: 'none',
  query: Type.Object(
    {
      ...PageQuery,
      category: Type.Optional(Type.String({ maxLength: 200, description: 'with all below it' })),
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
  summary: 'Search products for sale, the best first; the search service takes this over once it is there',
  permission: 'public',
  owner: 'none',
  query: Type.Object(
    {
      q: Type.String({ minLength: 1, maxLength: 100, description: 'words, or how they begin; a typo is forgiven' }),
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

/** PUT /api/v1/products/{id} */
export const replaceProduct = put('/api/v1/products/{id}', {
  params: { id: ProductId },
  summary: 'Replace a product',
  permission: 'product:manage',
  owner: 'none',
  body: NewProduct,
  answers: { 200: Product },
  answersWith: 'getProduct',
  refuses: [
    'product.not_found',
    'product.sku_taken',
    'product.attributes_invalid',
    'product.in_use',
    'category.unknown',
  ],
})

/** PATCH /api/v1/products/{id} */
export const patchProduct = patch('/api/v1/products/{id}', {
  params: { id: ProductId },
  summary: 'Change some fields of a product',
  permission: 'product:manage',
  owner: 'none',
  body: ProductPatch,
  answers: { 200: Product },
  answersWith: 'getProduct',
  refuses: [
    'product.not_found',
    'product.sku_taken',
    'product.attributes_invalid',
    'product.in_use',
    'category.unknown',
  ],
})

/** DELETE /api/v1/products/{id} */
export const deleteProduct = remove('/api/v1/products/{id}', {
  params: { id: ProductId },
  summary: 'Delete a product that has no stock reserved',
  permission: 'product:manage',
  owner: 'none',
  answers: { 204: null },
  refuses: ['product.not_found', 'product.in_use'],
})

/** GET /api/v1/categories */
export const listCategories = get('/api/v1/categories', {
  summary: 'The tree of categories',
  permission: 'public',
  owner: 'none',
  answers: { 200: Type.Object({ items: Type.Array(Category) }) },
  cacheControl: 'public, max-age=60',
  sharedWith: 'everybody',
})

/** POST /api/v1/categories */
export const createCategory = post('/api/v1/categories', {
  summary: 'Make a category below another',
  permission: 'product:manage',
  owner: 'none',
  body: Type.Object(
    {
      path: Type.String({ pattern: '^[a-z0-9-]+(/[a-z0-9-]+)*$', maxLength: 200 }),
      name: Type.String({ minLength: 1, maxLength: 100 }),
      attributeSchema: Type.Optional(AttributeSchema),
    },
    closed,
  ),
  answers: { 201: Category },
  refuses: ['category.taken', 'category.unknown'],
})

/** GET /api/v1/inventory/availability */
export const getAvailability = get('/api/v1/inventory/availability', {
  summary: 'What can be sold now of each SKU',
  permission: 'public',
  owner: 'none',
  query: Type.Object({ sku: Type.Array(Sku, { minItems: 1, maxItems: 100 }) }, closed),
  answers: { 200: Type.Object({ items: Type.Array(Availability) }) },
  refuses: ['inventory.unknown_sku'],
})

/** POST /api/v1/inventory/reserve */
export const reserveStock = post('/api/v1/inventory/reserve', {
  summary: 'Hold stock for 15 minutes, all lines or none',
  permission: 'inventory:manage',
  owner: 'none',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      orderId: OrderId,
      lines: Type.Array(StockLine, { minItems: 1, maxItems: 100 }),
      country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
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
  summary: 'Give held stock back',
  permission: 'inventory:manage',
  owner: 'none',
  body: OfOrder,
  answers: { 200: Reservation },
  answersWith: 'getReservation',
  refuses: ['inventory.reservation_not_found', 'inventory.reservation_ended'],
})

/** POST /api/v1/inventory/confirm */
export const confirmStock = post('/api/v1/inventory/confirm', {
  summary: 'Promise held stock for good',
  permission: 'inventory:manage',
  owner: 'none',
  body: OfOrder,
  answers: { 200: Reservation },
  answersWith: 'getReservation',
  refuses: ['inventory.reservation_not_found', 'inventory.reservation_ended'],
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
  summary: 'Make a warehouse',
  permission: 'inventory:manage',
  owner: 'none',
  body: Type.Omit(Warehouse, ['id'], closed),
  answers: { 201: Warehouse },
  refuses: ['warehouse.taken'],
})

/** POST /api/v1/inventory/adjustments */
export const adjustStock = post('/api/v1/inventory/adjustments', {
  summary: 'Change the stock of a warehouse by hand, with a reason',
  permission: 'inventory:manage',
  owner: 'none',
  idempotencyKey: 'required',
  body: Type.Object(
    {
      sku: Sku,
      warehouseId: WarehouseId,
      delta: Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 }),
      reason: Type.String({ minLength: 1, maxLength: 200 }),
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
  summary: 'The stock ledger, newest first',
  permission: 'inventory:read',
  owner: 'none',
  query: Type.Object({ ...PageQuery, sku: Type.Optional(Sku), warehouseId: Type.Optional(WarehouseId) }, closed),
  answers: { 200: pageSchema(Movement) },
})
