import type { PaymentFacts } from './fraud-data.ts'

/** The features of a payment, with a constant first. */
export function featuresOf({ amountRatio, countryMismatch, paymentsLastHour }: PaymentFacts): number[] {
  const amount = Math.log1p(10 * Math.min(amountRatio, 100))
  const payments = Math.log1p(Math.min(paymentsLastHour, 50))
  const isAbroad = countryMismatch ? 1 : 0
  const isMany = Math.min(paymentsLastHour, 8) / 8
  return [1, amount, isAbroad, payments, isAbroad * amount, isMany * isMany, isMany * Math.exp(-10 * amountRatio)]
}

/** The probability that a payment is fraud, from 0 to 1. */
export function scoreOf(weights: readonly number[], facts: PaymentFacts): number {
  return logistic(dot(weights, featuresOf(facts)))
}

/** The logistic function. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/** The sum of the products. */
export function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0)
}
