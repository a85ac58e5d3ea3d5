import { addMoney, allocate, money, multiplyRate, sumMoney, zero, type Money } from '@stoa/kernel'

/** The tax within a sum that includes it, rounded half up to the minor unit. */
export function includedTax(total: Money, rateBasisPoints: number): Money {
  const part = BigInt(total.amount) * BigInt(rateBasisPoints)
  const whole = 10_000n + BigInt(rateBasisPoints)
  return money(Number((part * 2n + whole) / (whole * 2n)), total.currency)
}

/** A sum with its tax, which is in it already or is added, rounded half up. */
export function withTax(
  sum: Money,
  { isTaxInclusive, taxRateBasisPoints }: { readonly isTaxInclusive: boolean; readonly taxRateBasisPoints: number },
): Money {
  return isTaxInclusive ? sum : addMoney(sum, multiplyRate(sum, taxRateBasisPoints))
}

/** Goods that a charge goes with. */
export interface TaxedGoods {
  readonly total: Money
  readonly taxRateBasisPoints: number
}

/**
 * The tax within a charge for shipping: it follows the goods (EU VAT directive 2006/112, article 78), so the charge is
 * split by what is paid for the goods of each rate, evenly when they cost nothing.
 */
export function taxOfShipping(charge: Money, goods: readonly TaxedGoods[]): Money {
  if (charge.amount === 0) return zero(charge.currency)
  const isFree = goods.every(({ total }) => total.amount === 0)
  const weights = goods.map(({ total }) => (isFree ? 1 : total.amount))
  const byRate = new Map<number, number>()
  for (const [index, { taxRateBasisPoints: rate }] of goods.entries())
    byRate.set(rate, (byRate.get(rate) ?? 0) + (weights[index] ?? 0))
  const parts = allocate(charge, [...byRate.values()])
  const taxes = [...byRate.keys()].map((rate, index) => includedTax(parts[index] ?? zero(charge.currency), rate))
  return sumMoney(taxes, charge.currency)
}
