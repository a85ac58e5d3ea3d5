import { InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { closed } from '../closed.ts'
import { OrderId, ProductId, ReservationId, WarehouseId } from '../ids.ts'

/** Whether a product can be sold. */
export const ProductStatus = Type.Enum(['draft', 'active', 'discontinued'])
export type ProductStatus = Static<typeof ProductStatus>

/** A stock keeping unit. */
export const Sku = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' })

const AttributeName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_. -]{0,59}$' })
const AttributeValue = Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()])

/** Free attributes, checked against the JSON Schemas of the category and of those above it. */
export const Attributes = Type.Record(AttributeName, AttributeValue, closed)
export type Attributes = Static<typeof Attributes>

/** What one attribute may be: the part of JSON Schema that plain values need. */
export const AttributeRule = Type.Object(
  {
    type: Type.Enum(['string', 'number', 'integer', 'boolean']),
    title: Type.Optional(Type.String({ maxLength: 200 })),
    description: Type.Optional(Type.String({ maxLength: 1_000 })),
    enum: Type.Optional(Type.Array(AttributeValue, { minItems: 1, maxItems: 200 })),
    minimum: Type.Optional(Type.Number()),
    maximum: Type.Optional(Type.Number()),
    minLength: Type.Optional(Type.Integer({ minimum: 0 })),
    maxLength: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
)

/** The JSON Schema of the attributes that products of a category have. */
export const AttributeSchema = Type.Object(
  {
    type: Type.Literal('object'),
    properties: Type.Record(AttributeName, AttributeRule, closed),
    required: Type.Optional(Type.Array(AttributeName, { maxItems: 100 })),
    additionalProperties: Type.Optional(Type.Boolean()),
  },
  closed,
)
export type AttributeSchema = Static<typeof AttributeSchema>

/** What is sold: one choice of a product's options. */
export const Variant = Type.Object(
  {
    sku: Sku,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    options: Type.Record(Type.String({ maxLength: 60 }), Type.String({ maxLength: 100 })),
    weightGrams: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  },
  closed,
)
export type Variant = Static<typeof Variant>

const ProductFields = {
  name: Type.String({ minLength: 1, maxLength: 200 }),
  description: Type.String({ maxLength: 10_000 }),
  status: ProductStatus,
  category: Type.String({ minLength: 1, maxLength: 200, description: 'path of the category, tea/green' }),
  taxClass: Type.String({ minLength: 1, maxLength: 40 }),
  tags: Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { maxItems: 50 }),
  attributes: Attributes,
  variants: Type.Array(Variant, { minItems: 1, maxItems: 100 }),
}

/** What a product is made from. */
export const NewProduct = Type.Object(ProductFields, closed)
export type NewProduct = Static<typeof NewProduct>

/** What may be changed of a product, RFC 7396: an attribute that is null is taken away. */
export const ProductPatch = Type.Partial(
  Type.Object(
    {
      ...ProductFields,
      attributes: Type.Record(AttributeName, Type.Union([...AttributeValue.anyOf, Type.Null()]), closed),
    },
    closed,
  ),
  closed,
)
export type ProductPatch = Static<typeof ProductPatch>

/** A product with its variants; `price` is the list price of the cheapest variant, a read copy of pricing's. */
export const Product = Type.Object({
  id: ProductId,
  ...ProductFields,
  version: Type.Integer({ minimum: 1 }),
  price: Type.Optional(Type.Object({ amount: Type.Integer(), currency: Type.String() })),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type Product = Static<typeof Product>

/** A category of the tree, named by its path. */
export const Category = Type.Object({
  path: Type.String(),
  name: Type.String(),
  parent: Type.Optional(Type.String()),
  attributeSchema: Type.Optional(AttributeSchema),
})
export type Category = Static<typeof Category>

/** What of a SKU can be sold now, over all warehouses. */
export const Availability = Type.Object({
  sku: Type.String(),
  available: Type.Integer(),
  onHand: Type.Integer(),
  reserved: Type.Integer(),
})
export type Availability = Static<typeof Availability>

/** A place that holds stock. */
export const Warehouse = Type.Object({
  id: WarehouseId,
  code: Type.String({ pattern: '^[A-Z0-9-]{2,20}$' }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
  country: Type.String({ pattern: '^[A-Z]{2}$' }),
})
export type Warehouse = Static<typeof Warehouse>

/** One line of the stock ledger, never changed. */
export const Movement = Type.Object({
  id: Type.String(),
  sku: Type.String(),
  warehouseId: WarehouseId,
  delta: Type.Integer(),
  reason: Type.String(),
  reference: Type.Optional(Type.String()),
  at: InstantSchema,
})
export type Movement = Static<typeof Movement>

/** A SKU, and how many. */
export const StockLine = Type.Object({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 100_000 }) }, closed)

/** Stock held for an order or a cart. */
export const Reservation = Type.Object({
  id: ReservationId,
  orderId: OrderId,
  status: Type.Enum(['held', 'confirmed', 'fulfilled', 'released']),
  lines: Type.Array(Type.Object({ sku: Type.String(), warehouseId: WarehouseId, quantity: Type.Integer() })),
  expiresAt: Type.Optional(InstantSchema),
})
export type Reservation = Static<typeof Reservation>

/** The rows that product lists, details and searches are answered from. */
export const ReadModel = Type.Object({
  shape: Type.Integer({ minimum: 1, description: 'raised whenever what is made of a product changes' }),
  products: Type.Integer({ minimum: 0 }),
  isRebuilding: Type.Boolean({ description: 'another is being made beside it, and will take its place' }),
  builtAt: Type.Optional(InstantSchema),
})
