import { money, type Money } from '@stoa/kernel'

/** Amounts that add up to more than a number can hold. */
export class RevenueTooHigh extends Error {
  override readonly name = 'RevenueTooHigh'
}

/** Sums of a part of the revenue as the database returns them. */
export interface SumRow {
  readonly currency: string
  readonly sales: number
  readonly gross: string
  readonly voided: string
  readonly returned: string
}

interface Sums {
  readonly sales: number
  readonly gross: Money
  readonly voided: Money
  readonly returned: Money
  readonly net: Money
}

/** The sums of a part of the revenue, which the error names. @throws RevenueTooHigh */
export function sumsOf({ currency, sales, ...texts }: SumRow, part: string): Sums {
  const exact = (amount: bigint) => {
    if (amount >= Number.MIN_SAFE_INTEGER && amount <= Number.MAX_SAFE_INTEGER) return money(Number(amount), currency)
    throw new RevenueTooHigh(`The revenue of ${part} is more than 2^53 minor units.`)
  }
  const [gross, voided, returned] = [BigInt(texts.gross), BigInt(texts.voided), BigInt(texts.returned)]
  return {
    sales,
    gross: exact(gross),
    voided: exact(voided),
    returned: exact(returned),
    net: exact(gross - voided - returned),
  }
}

/** The gross revenue of an average sale, rounded half up; nothing without a sale. */
export function averageSale({ sales, gross }: Sums): { readonly averageSale?: Money } {
  if (sales === 0) return {}
  const rounded = (2n * BigInt(gross.amount) + BigInt(sales)) / (2n * BigInt(sales))
  return { averageSale: money(Number(rounded), gross.currency) }
}
