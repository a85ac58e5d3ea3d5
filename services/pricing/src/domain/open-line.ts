import { money, type Money } from '@stoa/kernel'
import type { BasketLine, LineDiscount, QuantityBreak } from './basket.ts'
import { roundedRest, wholeFraction, type Fraction } from './fraction.ts'
import { withTax } from './tax.ts'

/** A line while promotions are taken off it. */
export interface OpenLine {
  readonly line: BasketLine
  /** Of one unit, as the price list has it. */
  readonly listPrice: Money
  /** Of all units, tax included. */
  readonly listTotal: Money
  /** What is left of the list total, exactly. */
  left: Fraction
  readonly discounts: LineDiscount[]
}

/** The price of one unit at a quantity: the break with the largest `fromQuantity` that is not above it. */
export function unitAmount(breaks: readonly QuantityBreak[], quantity: number): number | undefined {
  return breaks
    .filter((each) => each.fromQuantity <= quantity)
    .reduce<QuantityBreak | undefined>(
      (best, each) => (best === undefined || each.fromQuantity > best.fromQuantity ? each : best),
      undefined,
    )?.amount
}

/** A line with nothing taken off it. */
export function openLine(line: BasketLine, currency: string): OpenLine {
  const amount = unitAmount(line.breaks, line.quantity)
  if (amount === undefined) throw new RangeError(`${line.sku} has no price for ${line.quantity}`)
  const listTotal = withTax(money(amount * line.quantity, currency), line)
  return { line, listPrice: money(amount, currency), listTotal, left: wholeFraction(listTotal.amount), discounts: [] }
}

/** What is to be paid for the line, in minor units: what is taken off is rounded half up. */
export function leftOf({ listTotal, left }: OpenLine): number {
  return listTotal.amount - roundedRest(listTotal.amount, left)
}
