import { addMoney, money, subtractMoney, sumMoney, zero, type Money } from '@stoa/kernel'
import { applyPromotions } from './apply-promotions.ts'
import type { Basket, PricedBasket, PricedLine, ShippingTariff } from './basket.ts'
import { leftOf, openLine, type OpenLine } from './open-line.ts'
import { includedTax, taxOfShipping } from './tax.ts'

/**
 * Prices a basket: list price by quantity, promotions in their order, shipping, and the tax within each of them, rounded
 * half up. Thresholds are compared with the list value of the goods, tax included, before promotions.
 */
export function priceBasket({ currency, lines: wanted, promotions, shipping: tariff }: Basket): PricedBasket {
  const open = wanted.map((line) => openLine(line, currency))
  const sum = (amounts: readonly Money[]) => sumMoney(amounts, currency)
  const subtotal = sum(open.map(({ listTotal }) => listTotal))
  const { shipping, applied } = applyPromotions(
    { lines: open, subtotal, shipping: chargeFor(subtotal, tariff) },
    promotions,
  )
  const lines = open.map((line) => closeLine(line, currency))
  const shippingTax = taxOfShipping(shipping, lines)
  return {
    lines,
    subtotal,
    discount: sum(lines.flatMap(({ discounts }) => discounts.map(({ amount }) => amount))),
    tax: addMoney(sum(lines.map(({ tax }) => tax)), shippingTax),
    shipping,
    shippingTax,
    total: addMoney(sum(lines.map(({ total }) => total)), shipping),
    appliedPromotions: applied,
  }
}

function closeLine(open: OpenLine, currency: string): PricedLine {
  const { sku, quantity, taxRateBasisPoints, isTaxInclusive: taxInclusive, priceList } = open.line
  const { listPrice, discounts } = open
  const total = money(leftOf(open), currency)
  const tax = includedTax(total, taxRateBasisPoints)
  const net = subtractMoney(total, tax)
  return { sku, quantity, listPrice, priceList, taxInclusive, discounts, net, tax, taxRateBasisPoints, total }
}

function chargeFor(subtotal: Money, { charge, freeFrom }: ShippingTariff): Money {
  const isFree = freeFrom?.currency === subtotal.currency && subtotal.amount >= freeFrom.amount
  return isFree ? zero(subtotal.currency) : charge
}
