import type { ReadHandle, Refusal } from '@stoa/contract'
import type { QuoteId } from '@stoa/contracts/shared/ids'
import { MAX_UNITS_OF_SKU, type Quote } from '@stoa/contracts/pricing/resources'
import { money } from '@stoa/kernel'
import type { PricingService } from '@stoa/contracts/pricing/service'
import type { Deps } from '../deps.ts'
import type { BasketLine } from '../domain/basket.ts'
import { unitsOf, type WantedUnits } from '../domain/basket-units.ts'
import { unitAmount } from '../domain/open-line.ts'
import { priceBasket } from '../domain/price-basket.ts'
import { withTax } from '../domain/tax.ts'
import {
  findPrices,
  findPromotions,
  findRegionTariff,
  type OfferedPromotion,
  type PricedSku,
} from '../store/tariffs.ts'
import { findUsedUp } from '../store/mailboxes.ts'
import type { StoredQuote } from '../store/quotes.ts'
import { findCouponUser, type PricingCalls } from './coupon-user.ts'

/** The basket to price. */
export interface PricingRequest {
  readonly customerId: string | undefined
  readonly items: readonly { readonly sku: string; readonly quantity: number }[]
  readonly currency: string
  readonly region: string
  readonly couponCodes: readonly string[]
  readonly shippingMethod: string
}

type QuoteRefusal = Refusal<PricingService, 'quote'>

/** Prices a request with the current settings, using three concurrent reads. */
export async function makeQuote(
  deps: Deps,
  { db, calls }: { readonly db: ReadHandle; readonly calls: PricingCalls },
  wanted: PricingRequest,
): Promise<StoredQuote | QuoteRefusal> {
  const at = deps.clock.now()
  const units = unitsOf(wanted.items)
  const codes = wanted.couponCodes.map((code) => code.toUpperCase())
  const [prices, { rates, shipping }, promotions] = await Promise.all([
    findPrices(
      db,
      units.map(({ sku }) => sku),
      { currency: wanted.currency, customerId: wanted.customerId, at },
    ),
    findRegionTariff(db, wanted.region, wanted.shippingMethod),
    findPromotions(db, codes, at),
  ])
  if (shipping === undefined || rates.size === 0 || shipping.charge.currency !== wanted.currency)
    return unserved(wanted, rates, shipping)
  const { usable, unverified } = await usableBy(wanted.customerId, promotions, { db, calls })
  const coupon = findBadCoupon(codes, usable, unverified)
  if (coupon !== undefined) return coupon
  const lines = linesOf(units, prices, rates, wanted)
  if ('code' in lines) return lines
  const { appliedPromotions, ...priced } = priceBasket({
    currency: wanted.currency,
    lines: lines.lines,
    promotions: usable,
    shipping,
  })
  const expiresAt = at.add({ seconds: deps.quoteSeconds })
  const applied = usable.filter(({ id }) => appliedPromotions.includes(id))
  const appliedCodes = new Set(applied.map(({ couponCode }) => couponCode))
  const couponCodes = [...new Set(codes)]
  return {
    customerId: wanted.customerId,
    countedPromotions: applied.filter(({ isCounted }) => isCounted).map(({ id }) => id),
    expiresAt,
    quote: {
      quoteId: deps.newId() as QuoteId,
      ...priced,
      lines: priced.lines.map((line) => ({ ...line, discounts: [...line.discounts] })),
      region: wanted.region,
      shippingMethod: wanted.shippingMethod,
      couponCodes,
      appliedCouponCodes: couponCodes.filter((code) => appliedCodes.has(code)),
      expiresAt: expiresAt.toString(),
    } satisfies Quote,
  }
}

/** Why nothing is sold to the region of the request in its currency, or not by its method. */
function unserved(
  { region, currency, shippingMethod }: PricingRequest,
  rates: ReadonlyMap<string, number>,
  shipping: object | undefined,
): QuoteRefusal {
  if (rates.size === 0) return refusal('pricing.region_unknown', '/region', `The shop does not sell to ${region}.`)
  if (shipping !== undefined)
    return refusal('pricing.currency_unknown', '/currency', `The shop does not sell to ${region} in ${currency}.`)
  return refusal(
    'pricing.shipping_method_unknown',
    '/shippingMethod',
    `The shipping method ${shippingMethod} is not available in ${region}.`,
  )
}

interface UsablePromotions {
  readonly usable: readonly OfferedPromotion[]
  /** Those that would be usable if the customer had an account with a verified e-mail address. */
  readonly unverified: readonly OfferedPromotion[]
}

/** The promotions that have a use left, also for this customer. A limit per customer needs a person it can count. */
async function usableBy(
  customerId: string | undefined,
  promotions: readonly OfferedPromotion[],
  { db, calls }: { readonly db: ReadHandle; readonly calls: PricingCalls },
): Promise<UsablePromotions> {
  const left = promotions.filter(({ isExhausted }) => !isExhausted)
  const capped = left.filter(({ isCappedByCustomer }) => isCappedByCustomer)
  if (capped.length === 0) return { usable: left, unverified: [] }
  const user = customerId === undefined ? undefined : await findCouponUser(calls, db, customerId)
  if (user?.isVerified !== true) {
    return { usable: left.filter(({ isCappedByCustomer }) => !isCappedByCustomer), unverified: capped }
  }
  const ids = capped.map(({ id }) => id)
  const usedUp = await findUsedUp(db, ids, user)
  return { usable: left.filter(({ id }) => !usedUp.has(id)), unverified: [] }
}

function refusal(code: QuoteRefusal['code'], pointer: string, detail: string): QuoteRefusal {
  return { code, detail, fields: [{ pointer, detail }] }
}

function findBadCoupon(
  codes: readonly string[],
  promotions: readonly OfferedPromotion[],
  unverified: readonly OfferedPromotion[],
): QuoteRefusal | undefined {
  const index = codes.findIndex((code) => !promotions.some(({ couponCode }) => couponCode === code))
  if (index < 0) return undefined
  if (unverified.some(({ couponCode }) => couponCode === codes[index])) {
    const detail = `${codes[index]} needs an account with a verified e-mail address.`
    return refusal('pricing.coupon_email_unverified', `/couponCodes/${index}`, detail)
  }
  return refusal(
    'pricing.coupon_unknown',
    `/couponCodes/${index}`,
    `${codes[index]} is unknown, not currently valid, or used up.`,
  )
}

function linesOf(
  units: readonly WantedUnits[],
  prices: readonly PricedSku[],
  rates: ReadonlyMap<string, number>,
  { region, currency }: PricingRequest,
): { readonly lines: readonly BasketLine[] } | QuoteRefusal {
  const lines: BasketLine[] = []
  for (const { sku, quantity, index } of units) {
    if (quantity > MAX_UNITS_OF_SKU) {
      const detail = `A basket may contain at most ${MAX_UNITS_OF_SKU} units of ${sku}.`
      return refusal('pricing.quantity_too_large', `/items/${index}/quantity`, detail)
    }
    const known = prices.filter((each) => each.sku === sku)
    if (known.length === 0)
      return refusal('pricing.unknown_sku', `/items/${index}/sku`, `${sku} is unknown or not for sale.`)
    const taxed = known.flatMap((price) => {
      const taxRateBasisPoints = rates.get(price.taxClass)
      return taxRateBasisPoints === undefined ? [] : [{ ...price, quantity, taxRateBasisPoints }]
    })
    if (taxed.length === 0)
      return refusal('pricing.unknown_sku', `/items/${index}/sku`, `${sku} is not sold to ${region}.`)
    const line = cheapest(taxed, currency)
    if (line === undefined) {
      const least = Math.min(...taxed.flatMap(({ breaks }) => breaks.map(({ fromQuantity }) => fromQuantity)))
      const detail = `The minimum quantity of ${sku} is ${least}.`
      return refusal('pricing.quantity_too_small', `/items/${index}/quantity`, detail)
    }
    lines.push(line)
  }
  return { lines }
}

/** Of several lists that hold, the line that costs the least, tax included; undefined when none has this quantity. */
function cheapest(lines: readonly BasketLine[], currency: string): BasketLine | undefined {
  let best: { readonly line: BasketLine; readonly total: number } | undefined
  for (const line of lines) {
    const unit = unitAmount(line.breaks, line.quantity)
    if (unit === undefined) continue
    const total = withTax(money(unit * line.quantity, currency), line).amount
    if (best === undefined || total < best.total) best = { line, total }
  }
  return best?.line
}
