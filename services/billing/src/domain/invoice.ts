import type { DocumentLine } from '@stoa/contracts/billing/resources'
import { allocate, money, subtractMoney, sumMoney, type Money } from '@stoa/kernel'
import { includedTax, sumsOf, type Sums } from './sums.ts'

/** Goods of an order; all amounts include the tax. */
export interface SoldLine {
  readonly sku: string
  readonly name: string
  readonly quantity: number
  readonly discount: Money
  readonly tax: Money
  readonly total: Money
  /** Unknown for an order that an older release of order has placed. */
  readonly taxRateBasisPoints: number | undefined
}

/** What was sold. */
export interface Sale {
  readonly lines: readonly SoldLine[]
  /** The charge for shipping, including its tax. */
  readonly shipping: Money
  /** The tax of the goods and of the shipping. */
  readonly tax: Money
  readonly total: Money
}

/** The lines and sums of the invoice of a sale. @throws Error if the sale does not add up */
export function invoiceOf({ lines, shipping, tax, total }: Sale): Sums {
  const { currency } = total
  const goods = lines.map(goodsLine)
  const ofGoods = sumMoney(
    goods.map((line) => line.tax),
    currency,
  )
  const sums = sumsOf([...goods, ...shippingLines(goods, shipping, subtractMoney(tax, ofGoods))], currency)
  if (sums.total.amount !== total.amount || sums.tax.amount !== tax.amount)
    throw new Error('the lines of the order do not add up to its total')
  return sums
}

function goodsLine({ sku, name, quantity, discount, tax, total, taxRateBasisPoints }: SoldLine): DocumentLine {
  const net = subtractMoney(total, tax)
  return {
    kind: 'goods',
    sku,
    name,
    quantity,
    ...(discount.amount === 0 ? {} : { discount }),
    taxRateBasisPoints: taxRateBasisPoints ?? rateOf(net, tax),
    net,
    tax,
    total,
  }
}

/** The rate that the amounts show, in whole percent if that gives exactly this tax. */
function rateOf(net: Money, tax: Money): number {
  if (net.amount === 0) return 0
  const exact = (tax.amount / net.amount) * 10_000
  const whole = Math.round(exact / 100) * 100
  const total = money(net.amount + tax.amount, net.currency)
  return includedTax(total, whole) === tax.amount ? whole : Math.round(exact)
}

/**
 * The charge for shipping, one line for each rate of the goods: it is taxed as they are (EU VAT directive 2006/112,
 * article 78), split by their prices as in pricing, evenly when they cost nothing.
 */
function shippingLines(goods: readonly DocumentLine[], shipping: Money, tax: Money): DocumentLine[] {
  if (shipping.amount === 0) return []
  const isFree = goods.every(({ total }) => total.amount === 0)
  const weights = new Map<number, number>()
  for (const { taxRateBasisPoints: rate, total } of goods)
    weights.set(rate, (weights.get(rate) ?? 0) + (isFree ? 1 : total.amount))
  const parts = allocate(shipping, [...weights.values()])
  const expected = [...weights.keys()].map((rate, index) => includedTax(parts[index] ?? shipping, rate))
  // an older release of pricing has not taxed the shipping: then its parts have the tax that was charged
  const isAsExpected = expected.reduce((sum, each) => sum + each, 0) === tax.amount
  const amounts = parts.map(({ amount }) => amount)
  const taxes = isAsExpected ? expected.map((each) => money(each, tax.currency)) : allocate(tax, amounts)
  return [...weights.keys()].flatMap((rate, index): DocumentLine[] => {
    const [total, ofPart] = [parts[index], taxes[index]]
    if (total === undefined || ofPart === undefined || total.amount === 0) return []
    const net = subtractMoney(total, ofPart)
    return [{ kind: 'shipping', quantity: 1, taxRateBasisPoints: rate, net, tax: ofPart, total }]
  })
}
