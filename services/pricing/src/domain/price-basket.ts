import { addMoney, money, multiplyRate, subtractMoney, sumMoney, zero, type Money } from '@stoa/kernel'
import { applyPromotions, type OpenLine } from './apply-promotions.ts'
import type { Basket, BasketLine, PricedBasket, PricedLine, QuantityBreak } from './basket.ts'

/** Prices a basket: list price by quantity, promotions in their order, tax rounded half up for each line, shipping. */
export function priceBasket(basket: Basket): PricedBasket {
  const { currency } = basket
  const open = basket.lines.map((line) => openLine(line, currency))
  const { isShippingFree, applied } = applyPromotions(open, basket.promotions, currency)
  const lines = open.map(closeLine)
  const goods = sumMoney(
    lines.map((line) => line.total),
    currency,
  )
  const isFree = isShippingFree || isAtLeast(goods, basket.shipping.freeFrom)
  const shipping = isFree ? zero(currency) : basket.shipping.charge
  const discounts = lines.flatMap((line) => line.discounts.map((discount) => discount.amount))
  return {
    lines,
    subtotal: sumMoney(
      open.map((line) => line.listTotal),
      currency,
    ),
    discount: sumMoney(discounts, currency),
    tax: sumMoney(
      lines.map((line) => line.tax),
      currency,
    ),
    shipping,
    total: addMoney(goods, shipping),
    appliedPromotions: applied,
  }
}

/** The price of one at a quantity: the break with the largest beginning that is not over it. */
export function unitAmount(breaks: readonly QuantityBreak[], quantity: number): number | undefined {
  return breaks
    .filter((each) => each.fromQuantity <= quantity)
    .reduce<QuantityBreak | undefined>(
      (best, each) => (best === undefined || each.fromQuantity > best.fromQuantity ? each : best),
      undefined,
    )?.amount
}

/** The tax within a sum that holds it, rounded half up to the minor unit. */
export function includedTax(total: Money, rateBasisPoints: number): Money {
  const part = BigInt(total.amount) * BigInt(rateBasisPoints)
  const whole = 10_000n + BigInt(rateBasisPoints)
  return money(Number((part * 2n + whole) / (whole * 2n)), total.currency)
}

function openLine(line: BasketLine, currency: string): OpenLine {
  const amount = unitAmount(line.breaks, line.quantity)
  if (amount === undefined) throw new RangeError(`${line.sku} has no price for ${line.quantity}`)
  const listTotal = money(amount * line.quantity, currency)
  return { line, listPrice: money(amount, currency), listTotal, left: listTotal, discounts: [] }
}

function closeLine({ line, listPrice, left, discounts }: OpenLine): PricedLine {
  const { sku, quantity, taxRateBasisPoints } = line
  const shared = { sku, quantity, listPrice, discounts, taxRateBasisPoints }
  if (line.isTaxInclusive) {
    const tax = includedTax(left, taxRateBasisPoints)
    return { ...shared, net: subtractMoney(left, tax), tax, total: left }
  }
  const tax = multiplyRate(left, taxRateBasisPoints)
  return { ...shared, net: left, tax, total: addMoney(left, tax) }
}

function isAtLeast(value: Money, bound: Money | undefined): boolean {
  return bound !== undefined && bound.currency === value.currency && value.amount >= bound.amount
}
