import {
  AmountSchema,
  closed,
  CountrySchema,
  CurrencySchema,
  InstantSchema,
  MinorUnitsSchema,
  MoneySchema,
  nameText,
} from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { CouponCode } from '../shared/coupon-code.ts'
import { QuoteId, UserId } from '../shared/ids.ts'
import { SalesChannel } from '../shared/sales-channel.ts'
import { ShippingMethod } from '../shared/shipping-method.ts'
import { Sku } from '../shared/sku.ts'
import { TaxClass } from '../shared/tax-class.ts'
import { Tier } from '../shared/tier.ts'

/** Where goods are delivered to, and taxed: a country. */
export const Region = CountrySchema
const BasisPoints = Type.Integer({ minimum: 0, maximum: 10_000, description: '1900 is 19 %' })

/** The most units of a SKU in one order, over all its lines. */
export const MAX_UNITS_OF_SKU = 1_000

/** The basket to price. */
export const QuoteRequest = Type.Object(
  {
    customerId: Type.Optional(UserId),
    items: Type.Array(
      Type.Object({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: MAX_UNITS_OF_SKU }) }, closed),
      {
        minItems: 1,
        maxItems: 100,
        description: 'the units of a SKU are priced together across all lines',
      },
    ),
    currency: Type.Optional({ ...CurrencySchema, description: 'by default the one of the region and channel' }),
    region: Region,
    channel: Type.Optional(SalesChannel),
    couponCodes: Type.Optional(Type.Array(CouponCode, { maxItems: 10 })),
    shippingMethod: Type.Optional(ShippingMethod),
  },
  closed,
)
export type QuoteRequest = Static<typeof QuoteRequest>

/** All units of a SKU. Amounts include the tax, except `net`, and `listPrice` unless `taxInclusive` is true. */
export const QuoteLine = Type.Object({
  sku: Sku,
  quantity: Type.Integer(),
  listPrice: MoneySchema,
  // missing in a quote that an older release has made
  priceList: Type.Optional(Type.String({ description: 'the name of the price list that listPrice is from' })),
  taxInclusive: Type.Boolean({ description: 'whether listPrice includes the tax' }),
  discounts: Type.Array(Type.Object({ promotionId: Type.String(), name: Type.String(), amount: MoneySchema })),
  net: MoneySchema,
  tax: MoneySchema,
  taxRateBasisPoints: BasisPoints,
  total: MoneySchema,
})
export type QuoteLine = Static<typeof QuoteLine>

/**
 * A price that is valid for 15 minutes and is exactly what an order charges. Totals are the sums of the lines, to
 * the minor unit, and include the tax: total = subtotal - discount + shipping.
 */
export const Quote = Type.Object({
  quoteId: QuoteId,
  lines: Type.Array(QuoteLine),
  subtotal: MoneySchema,
  discount: MoneySchema,
  tax: Type.Unsafe<Static<typeof MoneySchema>>({
    ...MoneySchema,
    description: 'the total tax included in total, including the tax on shipping',
  }),
  shipping: MoneySchema,
  shippingTax: Type.Unsafe<Static<typeof MoneySchema>>({
    ...MoneySchema,
    description: 'the tax included in shipping, at the rates of the goods in proportion to their prices',
  }),
  total: MoneySchema,
  region: Region,
  shippingMethod: ShippingMethod,
  couponCodes: Type.Array(CouponCode),
  appliedCouponCodes: Type.Array(CouponCode, {
    description: 'the coupon codes that reduce the price; the others are not used up',
  }),
  expiresAt: InstantSchema,
})
export type Quote = Static<typeof Quote>

/** A list of prices in one currency, for a customer group or for all. */
export const PriceList = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: nameText(100),
  currency: CurrencySchema,
  customerGroup: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 60,
      description: 'a tier of accounts; if omitted, the list applies to every account',
    }),
  ),
  taxInclusive: Type.Boolean(),
  validFrom: Type.Optional(InstantSchema),
  validUntil: Type.Optional(InstantSchema),
  version: Type.Integer(),
})
export type PriceList = Static<typeof PriceList>
export const NewPriceList = Type.Object(
  { ...Type.Omit(PriceList, ['id', 'version', 'customerGroup']).properties, customerGroup: Type.Optional(Tier) },
  closed,
)
export type NewPriceList = Static<typeof NewPriceList>

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

/**
 * A reduction: what it does, on what, when, with which code, how often. It takes of what is left of the price, tax
 * included; units for nothing are of the same SKU as those bought. One that takes nothing off is not used up.
 */
export const Promotion = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: nameText(100),
  effect: PromotionEffect,
  skus: Type.Optional(Type.Array(Sku, { maxItems: 1_000, description: 'if omitted, all' })),
  minSubtotal: Type.Optional(
    Type.Unsafe<Static<typeof MoneySchema>>({
      ...AmountSchema,
      description: 'list price of the whole basket before promotions, including tax',
    }),
  ),
  couponCode: Type.Optional(CouponCode),
  maxUses: Type.Optional(Type.Integer({ minimum: 1 })),
  maxUsesPerCustomer: Type.Optional(
    Type.Integer({
      minimum: 1,
      description:
        'counted per account and per mailbox; such a promotion applies only to accounts with a verified e-mail address, as anyone could otherwise be a new customer each time',
    }),
  ),
  isStackable: Type.Boolean({ description: 'whether it can be combined with other promotions' }),
  priority: Type.Integer({ minimum: 0, maximum: 1_000, description: 'smaller first' }),
  isActive: Type.Boolean(),
  validFrom: Type.Optional(InstantSchema),
  validUntil: Type.Optional(InstantSchema),
  uses: Type.Integer(),
  version: Type.Integer(),
})
export type Promotion = Static<typeof Promotion>
export const NewPromotion = Type.Object(
  {
    ...Type.Omit(Promotion, ['id', 'uses', 'version']).properties,
    skus: Type.Optional(Type.Array(Sku, { minItems: 1, maxItems: 1_000, description: 'if omitted, all' })),
  },
  closed,
)
export type NewPromotion = Static<typeof NewPromotion>

/** The tax of a class of products in a region. */
export const TaxRate = Type.Object({
  region: Region,
  taxClass: TaxClass,
  rateBasisPoints: BasisPoints,
  version: Type.Integer(),
})
export type TaxRate = Static<typeof TaxRate>

/** The currency in which a region is sold to, by one channel or by all that have none of their own. */
export const RegionCurrency = Type.Object({
  region: Region,
  channel: Type.Enum(['all', ...SalesChannel.enum]),
  currency: CurrencySchema,
  version: Type.Integer(),
})
export type RegionCurrency = Static<typeof RegionCurrency>

/** What shipping to a region costs by a method, tax included, and from which subtotal it is free. */
export const ShippingCharge = Type.Object({
  region: Region,
  method: ShippingMethod,
  charge: AmountSchema,
  freeFrom: Type.Optional(
    Type.Unsafe<Static<typeof MoneySchema>>({
      ...AmountSchema,
      description: 'list price of the goods before promotions, including tax',
    }),
  ),
  version: Type.Integer(),
})
export type ShippingCharge = Static<typeof ShippingCharge>
