import type { DocumentKind, DocumentLine, TaxLine } from '@stoa/contracts/billing/resources'
import { allocate, money, type Money } from '@stoa/kernel'
import { includedTax, sumsOf, type Sums } from './sums.ts'

/** Goods that came back. */
export interface ReturnedGoods {
  readonly sku: string
  readonly quantity: number
}

/** What is refunded of an invoice. */
export interface Credit {
  readonly amount: Money
  /** The goods that it is for; without them it is for a part of everything. */
  readonly goods: readonly ReturnedGoods[]
}

/** What an invoice states. */
export interface Invoiced {
  readonly lines: readonly DocumentLine[]
  readonly taxes: readonly TaxLine[]
}

/** A document that changes what is credited of an invoice. */
export interface Correction {
  readonly kind: DocumentKind
  readonly taxes: readonly TaxLine[]
}

/** What the credit notes among these credit, by rate; the debit notes among them take theirs back. */
export function creditedBy(corrections: readonly Correction[]): TaxLine[] {
  return corrections.flatMap(({ kind, taxes }) => (kind === 'debit_note' ? taxes.map(negated) : taxes))
}

function negated({ taxRateBasisPoints, net, tax }: TaxLine): TaxLine {
  return { taxRateBasisPoints, net: money(-net.amount, net.currency), tax: money(-tax.amount, tax.currency) }
}

/**
 * The lines and sums of the credit note of a refund. The price of returned goods is credited at their tax rates, any other
 * amount in proportion to what is left of each rate. All credit notes of an invoice add up to at most its sums, to the
 * minor unit for each rate. Undefined if nothing is left.
 */
export function creditOf(invoice: Invoiced, credited: readonly TaxLine[], { amount, goods }: Credit): Sums | undefined {
  const { currency } = amount
  const left = invoice.taxes.map((rate) => leftOf(rate, credited))
  const total = left.reduce((sum, { net, tax }) => sum + net + tax, 0)
  const creditable = Math.min(amount.amount, total)
  if (creditable <= 0) return undefined
  const prices = left.map(({ taxRateBasisPoints }) => priceOf(invoice.lines, goods, taxRateBasisPoints))
  const parts = split(
    money(creditable, currency),
    left.map(({ net, tax }) => net + tax),
    prices,
  )
  const lines = left.flatMap((rate, index): DocumentLine[] => {
    const part = parts[index] ?? 0
    return part === 0 ? [] : [refundLine(rate, money(part, currency))]
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

/** What was paid for these goods as far as they have this rate, rounded to the minor unit. */
function priceOf(lines: readonly DocumentLine[], goods: readonly ReturnedGoods[], rate: number): number {
  return goods.reduce((sum, { sku, quantity }) => {
    const line = lines.find((each) => each.sku === sku && each.taxRateBasisPoints === rate)
    return line === undefined ? sum : sum + Math.round((line.total.amount * quantity) / line.quantity)
  }, 0)
}

/** Splits an amount by rate, at most what is left of each: first by the prices of the goods, the rest by what is left. */
function split(amount: Money, left: readonly number[], prices: readonly number[]): number[] {
  const price = prices.reduce((sum, each) => sum + each, 0)
  const ofGoods = price === 0 ? left.map(() => 0) : amountsOf(Math.min(amount.amount, price), prices, amount.currency)
  const parts = left.map((most, index) => Math.min(most, ofGoods[index] ?? 0))
  const rest = amount.amount - parts.reduce((sum, each) => sum + each, 0)
  if (rest === 0) return parts
  const open = left.map((most, index) => most - (parts[index] ?? 0))
  const further = amountsOf(rest, open, amount.currency)
  return parts.map((part, index) => part + (further[index] ?? 0))
}

function amountsOf(amount: number, weights: readonly number[], currency: string): number[] {
  return allocate(money(amount, currency), weights).map((part) => part.amount)
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
