import type { Money } from '@stoa/kernel'

// Currencies that Stripe counts in other units than ISO 4217 does: a whole ariary, and hundredths of the króna and the shilling.
const factors: Readonly<Record<string, { readonly times?: number; readonly per?: number }>> = {
  MGA: { per: 100 },
  ISK: { times: 100 },
  UGX: { times: 100 },
}
// Stripe charges a currency of three decimals only in steps of ten of its minor units.
const threeDecimals = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND'])

/** Returns an amount in the units of Stripe; undefined if Stripe cannot charge it exactly. */
export function toStripeAmount({ amount, currency }: Money): number | undefined {
  if (threeDecimals.has(currency) && amount % 10 !== 0) return undefined
  const { times = 1, per = 1 } = factors[currency] ?? {}
  return amount % per === 0 ? (amount / per) * times : undefined
}

/** Returns an amount of Stripe in the minor units of ISO 4217; undefined if it is not a whole number of them. */
export function fromStripeAmount(amount: number, currency: string): number | undefined {
  const { times = 1, per = 1 } = factors[currency.toUpperCase()] ?? {}
  return amount % times === 0 ? (amount / times) * per : undefined
}
