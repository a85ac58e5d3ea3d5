import type { Money } from '@stoa/kernel'

/** The price of one from a quantity on. */
export interface QuantityBreak {
  readonly fromQuantity: number
  readonly amount: number
}

/** All units of a SKU that are asked for, with what is known of it. */
export interface BasketLine {
  readonly sku: string
  readonly quantity: number
  readonly breaks: readonly QuantityBreak[]
  readonly taxRateBasisPoints: number
  /** Whether the prices hold the tax already. */
  readonly isTaxInclusive: boolean
  /** The name of the price list that the prices are from. */
  readonly priceList: string
}

/** What a promotion does. */
export type PromotionEffect =
  | { readonly kind: 'percentage'; readonly basisPoints: number }
  | { readonly kind: 'fixed'; readonly amount: Money }
  | { readonly kind: 'buy_x_get_y'; readonly buy: number; readonly free: number }
  | { readonly kind: 'free_shipping' }

/** A promotion that may apply to a basket. */
export interface BasketPromotion {
  readonly id: string
  readonly name: string
  readonly effect: PromotionEffect
  readonly skus: readonly string[] | undefined
  readonly minSubtotal: Money | undefined
  readonly isStackable: boolean
  readonly priority: number
}

/** What shipping costs, tax included, and from which list value of the goods, tax included, it is free. */
export interface ShippingTariff {
  readonly charge: Money
  readonly freeFrom: Money | undefined
}

/** Everything a price is made from. */
export interface Basket {
  readonly currency: string
  readonly lines: readonly BasketLine[]
  readonly promotions: readonly BasketPromotion[]
  readonly shipping: ShippingTariff
}

/** One reduction of one line, tax included. */
export interface LineDiscount {
  readonly promotionId: string
  readonly name: string
  readonly amount: Money
}

/** A line with its price. */
export interface PricedLine {
  readonly sku: string
  readonly quantity: number
  /** Of one unit, as the price list has it. */
  readonly listPrice: Money
  readonly priceList: string
  /** Whether the list price includes the tax. */
  readonly taxInclusive: boolean
  readonly discounts: readonly LineDiscount[]
  readonly net: Money
  readonly tax: Money
  readonly total: Money
  readonly taxRateBasisPoints: number
}

/** A basket with its price: the totals are the sums of the lines, to the minor unit, and include the tax. */
export interface PricedBasket {
  readonly lines: readonly PricedLine[]
  readonly subtotal: Money
  readonly discount: Money
  readonly tax: Money
  readonly shipping: Money
  readonly shippingTax: Money
  readonly total: Money
  /** The promotions that have taken something off. */
  readonly appliedPromotions: readonly string[]
}
