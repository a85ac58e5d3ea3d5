import type { Money } from '@stoa/kernel'

/** What the rules look at. */
export interface FraudFacts {
  readonly amount: Money
  /** ISO 3166-1 alpha-2 country the goods go to. */
  readonly country: string | undefined
  /** The country of the card or account, if the provider reports it. */
  readonly methodCountry: string | undefined
  /** Payments of the customer, or with the same card or account, within the last hour; undefined where they do not count. */
  readonly paymentsLastHour: number | undefined
  /** The probability that it is fraud, by a model; undefined without one. */
  readonly score?: number | undefined
}

/** From where on a payment waits for a person. */
export interface FraudLimits {
  /** Minor units, by currency: amounts of two currencies cannot be compared. */
  readonly reviewAmounts: ReadonlyMap<string, number>
  readonly paymentsPerHour: number
  /** Undefined if scores do not count. */
  readonly scoreFrom?: number | undefined
}

/** The rules by which a payment looks like fraud; none, and it may be charged. */
export function assessFraud(facts: FraudFacts, limits: FraudLimits): string[] {
  const { amount, country, methodCountry, paymentsLastHour } = facts
  const rules: string[] = []
  if (amount.amount > 0 && amount.amount >= (limits.reviewAmounts.get(amount.currency) ?? 0)) rules.push('amount')
  if (country !== undefined && methodCountry !== undefined && country !== methodCountry) rules.push('country_mismatch')
  if (paymentsLastHour !== undefined && paymentsLastHour >= limits.paymentsPerHour) rules.push('velocity')
  const { score } = facts
  if (score !== undefined && limits.scoreFrom !== undefined && score >= limits.scoreFrom) rules.push('score')
  return rules
}

/** Parses limits from the settings: `EUR=1000000`. */
export function readReviewAmounts(limits: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    limits.map((limit) => {
      const [currency = '', minorUnits] = limit.split('=')
      return [currency, Number(minorUnits)]
    }),
  )
}
