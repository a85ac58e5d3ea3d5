import type { DocumentLine, TaxLine } from '@stoa/contracts/billing/resources'
import { addMoney, sumMoney, type Money } from '@stoa/kernel'

/** What a document adds up to. */
export interface Sums {
  readonly lines: readonly DocumentLine[]
  /** One entry for each rate, the highest first. */
  readonly taxes: readonly TaxLine[]
  readonly net: Money
  readonly tax: Money
  readonly total: Money
}

/** The sums of lines of one currency: net and tax of each rate, and of all. */
export function sumsOf(lines: readonly DocumentLine[], currency: string): Sums {
  const byRate = Map.groupBy(lines, ({ taxRateBasisPoints }) => taxRateBasisPoints)
  const taxes = [...byRate]
    .toSorted(([rate], [other]) => other - rate)
    .map(([taxRateBasisPoints, ofRate]) => ({
      taxRateBasisPoints,
      net: sumMoney(
        ofRate.map(({ net }) => net),
        currency,
      ),
      tax: sumMoney(
        ofRate.map(({ tax }) => tax),
        currency,
      ),
    }))
  const net = sumMoney(
    taxes.map((each) => each.net),
    currency,
  )
  const tax = sumMoney(
    taxes.map((each) => each.tax),
    currency,
  )
  return { lines, taxes, net, tax, total: addMoney(net, tax) }
}

/** The tax within a sum that includes it, rounded half up to the minor unit; the sum is not negative. */
export function includedTax({ amount }: Money, rateBasisPoints: number): number {
  const whole = 10_000n + BigInt(rateBasisPoints)
  return Number((BigInt(amount) * BigInt(rateBasisPoints) * 2n + whole) / (whole * 2n))
}
