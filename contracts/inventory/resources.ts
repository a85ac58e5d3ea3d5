import {
  closed,
  closedRecord,
  CountrySchema,
  CurrencySchema,
  InstantSchema,
  keyText,
  nameText,
  noteText,
} from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { CategoryPath } from '../shared/category-path.ts'
import { OrderId, ProductId, ReservationId, WarehouseId } from '../shared/ids.ts'
import { Sku } from '../shared/sku.ts'
import { TaxClass } from '../shared/tax-class.ts'

/** Whether a product can be sold. */
export const ProductStatus = Type.Enum(['draft', 'active', 'discontinued'])
export type ProductStatus = Static<typeof ProductStatus>

const AttributeName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_. -]{0,59}$' })
const AttributeValue = Type.Union([noteText(500, 0), Type.Number(), Type.Boolean()])

/** Free attributes, validated against the JSON Schemas of the category and its ancestors. */
export const Attributes = Type.Record(AttributeName, AttributeValue, closedRecord)
export type Attributes = Static<typeof Attributes>

/** What one attribute may be: the part of JSON Schema that plain values need. */
export const AttributeRule = Type.Object(
  {
    type: Type.Enum(['string', 'number', 'integer', 'boolean']),
    title: Type.Optional(nameText(200, 0)),
    description: Type.Optional(noteText(1_000, 0)),
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
    properties: Type.Record(AttributeName, AttributeRule, closedRecord),
    required: Type.Optional(Type.Array(AttributeName, { maxItems: 100 })),
    additionalProperties: Type.Optional(Type.Boolean()),
  },
  closed,
)
export type AttributeSchema = Static<typeof AttributeSchema>

/** A sellable item: one combination of the options of a product. */
export const Variant = Type.Object(
  {
    sku: Sku,
    name: nameText(200),
    options: Type.Record(keyText(60), nameText(100, 0), closedRecord),
    weightGrams: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  },
  closed,
)
export type Variant = Static<typeof Variant>

const ProductFields = {
  name: nameText(200),
  description: noteText(10_000, 0),
  status: ProductStatus,
  category: CategoryPath,
  taxClass: TaxClass,
  tags: Type.Array(nameText(60), { maxItems: 50 }),
  attributes: Attributes,
  variants: Type.Array(Variant, { minItems: 1, maxItems: 100 }),
}

/** The fields of a new product. */
export const NewProduct = Type.Object(ProductFields, closed)
export type NewProduct = Static<typeof NewProduct>

/** The changeable fields of a product (RFC 7396): an attribute that is null is removed. */
export const ProductPatch = Type.Partial(
  Type.Object(
    {
      ...ProductFields,
      attributes: Type.Record(AttributeName, Type.Union([...AttributeValue.anyOf, Type.Null()]), closedRecord),
    },
    closed,
  ),
  closed,
)
export type ProductPatch = Static<typeof ProductPatch>

/** An image of a product; `path` is where it can be read. It never changes: another image has another id. */
export const ProductImage = Type.Object({
  id: Type.String({ format: 'uuid' }),
  path: Type.String({ format: 'uri-reference' }),
  mediaType: Type.Enum(['image/jpeg', 'image/png', 'image/webp']),
  widthPixels: Type.Integer({ minimum: 1 }),
  heightPixels: Type.Integer({ minimum: 1 }),
  sizeBytes: Type.Integer({ minimum: 1 }),
})
export type ProductImage = Static<typeof ProductImage>

/** A product with its variants; `price` is the list price of the cheapest variant, a read copy of pricing's. */
export const Product = Type.Object({
  id: ProductId,
  ...ProductFields,
  version: Type.Integer({ minimum: 1 }),
  images: Type.Optional(Type.Array(ProductImage, { maxItems: 20 })),
  price: Type.Optional(Type.Object({ amount: Type.Integer(), currency: CurrencySchema })),
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
  sku: Sku,
  available: Type.Integer(),
  onHand: Type.Integer(),
  reserved: Type.Integer(),
})
export type Availability = Static<typeof Availability>

/** A location with stock. */
export const Warehouse = Type.Object({
  id: WarehouseId,
  code: Type.String({ pattern: '^[A-Z0-9-]{2,20}$' }),
  name: nameText(100),
  country: CountrySchema,
})
export type Warehouse = Static<typeof Warehouse>

/** One line of the stock ledger, never changed. */
export const Movement = Type.Object({
  id: Type.String(),
  sku: Sku,
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
  lines: Type.Array(Type.Object({ sku: Sku, warehouseId: WarehouseId, quantity: Type.Integer() })),
  expiresAt: Type.Optional(InstantSchema),
})
export type Reservation = Static<typeof Reservation>

/** The rows that product lists, details and searches are answered from. */
export const ReadModel = Type.Object({
  shape: Type.Integer({ minimum: 1, description: 'increases whenever the structure of the read model changes' }),
  products: Type.Integer({ minimum: 0 }),
  isRebuilding: Type.Boolean({ description: 'whether a replacement is being built' }),
  builtAt: Type.Optional(InstantSchema),
})
