import { AmountSchema, CurrencySchema, InstantSchema, MinorUnitsSchema, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { closed } from '../closed.ts'
import { QuoteId, UserId } from '../ids.ts'

/** ISO 3166-1 alpha-2. */
export const Region = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' })
const Sku = Type.String({ minLength: 1, maxLength: 64 })
const BasisPoints = Type.Integer({ minimum: 0, maximum: 10_000, description: '1900 is 19 %' })

/** What is to be priced. */
export const QuoteRequest = Type.Object(
  {
    customerId: Type.Optional(UserId),
    items: Type.Array(Type.Object({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 1_000 }) }, closed), {
      minItems: 1,
      maxItems: 100,
    }),
    currency: Type.Optional(CurrencySchema),
    region: Region,
    couponCodes: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { maxItems: 10 })),
    shippingMethod: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
  },
  closed,
)
export type QuoteRequest = Static<typeof QuoteRequest>

/** One line of a quote; totals are the sums of the lines, to the minor unit. */
export const QuoteLine = Type.Object({
  sku: Type.String(),
  quantity: Type.Integer(),
  listPrice: MoneySchema,
  discounts: Type.Array(Type.Object({ promotionId: Type.String(), name: Type.String(), amount: MoneySchema })),
  net: MoneySchema,
  tax: MoneySchema,
  taxRateBasisPoints: BasisPoints,
  total: MoneySchema,
})
export type QuoteLine = Static<typeof QuoteLine>

/** A price that holds for 15 minutes: an order charges exactly this. */
export const Quote = Type.Object({
  quoteId: QuoteId,
  lines: Type.Array(QuoteLine),
  subtotal: MoneySchema,
  discount: MoneySchema,
  tax: MoneySchema,
  shipping: MoneySchema,
  total: MoneySchema,
  region: Region,
  shippingMethod: Type.String(),
  couponCodes: Type.Array(Type.String()),
  expiresAt: InstantSchema,
})
export type Quote = Static<typeof Quote>

/** A list of prices in one currency, for a customer group or for all. */
export const PriceList = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
  currency: CurrencySchema,
  customerGroup: Type.Optional(
    Type.String({ minLength: 1, maxLength: 60, description: 'a tier of accounts; for everybody when absent' }),
  ),
  taxInclusive: Type.Boolean(),
  validFrom: Type.Optional(InstantSchema),
  validUntil: Type.Optional(InstantSchema),
  version: Type.Integer(),
})
export type PriceList = Static<typeof PriceList>
export const NewPriceList = Type.Omit(PriceList, ['id', 'version'], closed)

/** The price of a SKU from a quantity on. */
export const QuantityBreak = Type.Object(
  { fromQuantity: Type.Integer({ minimum: 1, maximum: 100_000 }), amount: MinorUnitsSchema },
  closed,
)

/** The price of a SKU in a list; the break with the largest `fromQuantity` not over the quantity counts. */
export const Price = Type.Object({
  priceListId: Type.String({ format: 'uuid' }),
  sku: Sku,
  breaks: Type.Array(QuantityBreak, { minItems: 1, maxItems: 20 }),
  version: Type.Integer(),
})
export type Price = Static<typeof Price>
export const NewPrice = Type.Object({ breaks: Price.properties.breaks }, closed)

const PromotionEffect = Type.Union([
  Type.Object({ kind: Type.Literal('percentage'), basisPoints: BasisPoints }, closed),
  Type.Object({ kind: Type.Literal('fixed'), amount: AmountSchema }, closed),
  Type.Object(
    {
      kind: Type.Literal('buy_x_get_y'),
      buy: Type.Integer({ minimum: 1, maximum: 1_000 }),
      free: Type.Integer({ minimum: 1, maximum: 1_000 }),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('free_shipping') }, closed),
])

/** A reduction: what it does, on what, when, with which code, how often. */
export const Promotion = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
  effect: PromotionEffect,
  skus: Type.Optional(Type.Array(Sku, { maxItems: 1_000, description: 'only these; all when absent' })),
  minSubtotal: Type.Optional(AmountSchema),
  couponCode: Type.Optional(Type.String({ pattern: '^[A-Z0-9-]{3,40}$' })),
  maxUses: Type.Optional(Type.Integer({ minimum: 1 })),
  maxUsesPerCustomer: Type.Optional(Type.Integer({ minimum: 1 })),
  isStackable: Type.Boolean({ description: 'whether it goes together with others' }),
  priority: Type.Integer({ minimum: 0, maximum: 1_000, description: 'smaller first' }),
  isActive: Type.Boolean(),
  validFrom: Type.Optional(InstantSchema),
  validUntil: Type.Optional(InstantSchema),
  uses: Type.Integer(),
  version: Type.Integer(),
})
export type Promotion = Static<typeof Promotion>
export const NewPromotion = Type.Omit(Promotion, ['id', 'uses', 'version'], closed)

/** The tax of a class of products in a region. */
export const TaxRate = Type.Object({
  region: Region,
  taxClass: Type.String({ minLength: 1, maxLength: 40 }),
  rateBasisPoints: BasisPoints,
  version: Type.Integer(),
})
export type TaxRate = Static<typeof TaxRate>

/** What shipping to a region costs by a method, and from which subtotal it is free. */
export const ShippingCharge = Type.Object({
  region: Region,
  method: Type.String({ minLength: 1, maxLength: 40 }),
  charge: AmountSchema,
  freeFrom: Type.Optional(AmountSchema),
  version: Type.Integer(),
})
export type ShippingCharge = Static<typeof ShippingCharge>
