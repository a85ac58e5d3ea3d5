import type { ReadHandle } from '@stoa/contract'
import type { QuoteId } from '@stoa/contracts/ids'
import type { Quote } from '@stoa/contracts/pricing/resources'
import { money, type FieldError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import type { BasketLine } from '../domain/basket.ts'
import { priceBasket, unitAmount } from '../domain/price-basket.ts'
import {
  findPrices,
  findPromotions,
  findShipping,
  findTaxRates,
  type OfferedPromotion,
  type PricedSku,
} from '../store/tariffs.ts'
import type { StoredQuote } from '../store/quotes.ts'

/** What is to be priced. */
export interface Wanted {
  readonly customerId: string | undefined
  readonly items: readonly { readonly sku: string; readonly quantity: number }[]
  readonly currency: string
  readonly region: string
  readonly couponCodes: readonly string[]
  readonly shippingMethod: string
}

type RefusalCode =
  | 'pricing.unknown_sku'
  | 'pricing.region_unknown'
  | 'pricing.currency_unknown'
  | 'pricing.coupon_unknown'
  | 'pricing.shipping_method_unknown'

/** Why something can not be priced, and where that stands in the request. */
export interface QuoteRefusal {
  readonly code: RefusalCode
  readonly detail: string
  readonly fields: readonly FieldError[]
}

/** Prices what is wanted from what holds now; four reads at once. */
export async function makeQuote(deps: Deps, db: ReadHandle, wanted: Wanted): Promise<StoredQuote | QuoteRefusal> {
  const at = deps.clock.now()
  const skus = [...new Set(wanted.items.map(({ sku }) => sku))]
  const [prices, rates, shipping, promotions] = await Promise.all([
    findPrices(db, skus, { currency: wanted.currency, customerId: wanted.customerId, at }),
    findTaxRates(db, wanted.region),
    findShipping(db, wanted.region, wanted.shippingMethod),
    findPromotions(db, wanted.couponCodes, wanted.customerId, at),
  ])
  if (rates.size === 0) return refusal('pricing.region_unknown', '/region', `Nothing is sold to ${wanted.region}.`)
  if (shipping === undefined) {
    return refusal(
      'pricing.shipping_method_unknown',
      '/shippingMethod',
      `${wanted.shippingMethod} does not go to ${wanted.region}.`,
    )
  }
  if (shipping.charge.currency !== wanted.currency) {
    return refusal(
      'pricing.currency_unknown',
      '/currency',
      `Nothing is sold to ${wanted.region} in ${wanted.currency}.`,
    )
  }
  const coupon = findBadCoupon(wanted.couponCodes, promotions)
  if (coupon !== undefined) return coupon
  const lines = linesOf(wanted.items, prices, rates)
  if ('code' in lines) return lines
  const offered = promotions.filter(({ isExhausted }) => !isExhausted)
  const priced = priceBasket({ currency: wanted.currency, lines: lines.lines, promotions: offered, shipping })
  const expiresAt = at.add({ seconds: deps.quoteSeconds })
  const applied = new Set(priced.appliedPromotions)
  const { appliedPromotions: _applied, ...sums } = priced
  return {
    customerId: wanted.customerId,
    countedPromotions: offered.filter(({ id, isCounted }) => isCounted && applied.has(id)).map(({ id }) => id),
    expiresAt,
    quote: {
      quoteId: deps.newId() as QuoteId,
      ...sums,
      lines: priced.lines.map((line) => ({ ...line, discounts: [...line.discounts] })),
      region: wanted.region,
      shippingMethod: wanted.shippingMethod,
      couponCodes: [...wanted.couponCodes],
      expiresAt: expiresAt.toString(),
    } satisfies Quote,
  }
}

function refusal(code: RefusalCode, pointer: string, detail: string): QuoteRefusal {
  return { code, detail, fields: [{ pointer, detail }] }
}

function findBadCoupon(codes: readonly string[], promotions: readonly OfferedPromotion[]): QuoteRefusal | undefined {
  const index = codes.findIndex(
    (code) => promotions.find(({ couponCode }) => couponCode === code)?.isExhausted !== false,
  )
  if (index < 0) return undefined
  return refusal(
    'pricing.coupon_unknown',
    `/couponCodes/${index}`,
    `${codes[index]} is unknown, not valid now, or used up.`,
  )
}

function linesOf(
  items: Wanted['items'],
  prices: readonly PricedSku[],
  rates: ReadonlyMap<string, number>,
): { readonly lines: readonly BasketLine[] } | QuoteRefusal {
  const lines: BasketLine[] = []
  for (const [index, { sku, quantity }] of items.entries()) {
    const price = cheapest(
      prices.filter((each) => each.sku === sku),
      quantity,
    )
    const rate = price === undefined ? undefined : rates.get(price.taxClass)
    if (price === undefined || rate === undefined) {
      return refusal('pricing.unknown_sku', `/items/${index}/sku`, `${sku} is unknown or not for sale.`)
    }
    lines.push({ sku, quantity, breaks: price.breaks, taxRateBasisPoints: rate, isTaxInclusive: price.isTaxInclusive })
  }
  return { lines }
}

/** Of several lists that hold, the one with the lowest price for this quantity. */
function cheapest(prices: readonly PricedSku[], quantity: number): PricedSku | undefined {
  let best: { readonly price: PricedSku; readonly amount: number } | undefined
  for (const price of prices) {
    const amount = unitAmount(price.breaks, quantity)
    if (amount !== undefined && (best === undefined || amount < best.amount)) best = { price, amount }
  }
  return best?.price
}

/** A sum as RPC carries it. */
export function toWire(value: { readonly amount: number; readonly currency: string }) {
  const { amount, currency } = money(value.amount, value.currency)
  return { amount: BigInt(amount), currency }
}
