import type { DocumentLine, TaxLine } from '@stoa/contracts/billing/resources'
import { allocate, money, type Money } from '@stoa/kernel'
import { includedTax, sumsOf, type Sums } from './sums.ts'

/**
 * The lines and sums of the credit note of a refund: the part of each tax rate in what is left of the invoice. All
 * credit notes of an invoice add up to at most its sums, to the minor unit for each rate. Undefined if nothing is left.
 */
export function creditOf(
  invoiced: readonly TaxLine[],
  credited: readonly TaxLine[],
  refunded: Money,
): Sums | undefined {
  const { currency } = refunded
  const left = invoiced.map((rate) => leftOf(rate, credited))
  const total = left.reduce((sum, { net, tax }) => sum + net + tax, 0)
  const amount = Math.min(refunded.amount, total)
  if (amount <= 0) return undefined
  const parts = allocate(
    money(amount, currency),
    left.map(({ net, tax }) => net + tax),
  )
  const lines = left.flatMap((rate, index): DocumentLine[] => {
    const part = parts[index]
    return part === undefined || part.amount === 0 ? [] : [refundLine(rate, part)]
  })
  return sumsOf(lines, currency)
}

interface Left {
  readonly taxRateBasisPoints: number
  readonly net: number
  readonly tax: number
}

function leftOf({ taxRateBasisPoints, net, tax }: TaxLine, credited: readonly TaxLine[]): Left {
  const before = credited.filter((each) => each.taxRateBasisPoints === taxRateBasisPoints)
  return {
    taxRateBasisPoints,
    net: before.reduce((sum, each) => sum - each.net.amount, net.amount),
    tax: before.reduce((sum, each) => sum - each.tax.amount, tax.amount),
  }
}

function refundLine({ taxRateBasisPoints, net, tax: taxLeft }: Left, total: Money): DocumentLine {
  // never more net or tax than is left, so that the last credit note takes exactly the rest
  const tax = Math.min(taxLeft, Math.max(includedTax(total, taxRateBasisPoints), total.amount - net))
  const { currency } = total
  return {
    kind: 'refund',
    quantity: 1,
    taxRateBasisPoints,
    net: money(total.amount - tax, currency),
    tax: money(tax, currency),
    total,
  }
}
