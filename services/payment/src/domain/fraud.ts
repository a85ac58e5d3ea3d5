/** What the rules look at. */
export interface FraudFacts {
  /** Minor units. */
  readonly amount: number
  /** ISO 3166-1 alpha-2 country the goods go to. */
  readonly country: string | undefined
  /** The country of the card or account, when its provider says it. */
  readonly methodCountry: string | undefined
  /** The customer's payments within the last hour; undefined where velocity doesn't count. */
  readonly paymentsLastHour: number | undefined
}

/** From where on a payment waits for a person. */
export interface FraudLimits {
  readonly reviewAmount: number
  readonly paymentsPerHour: number
}

/** The rules by which a payment looks like fraud; none, and it may be charged. */
export function assessFraud(facts: FraudFacts, limits: FraudLimits): string[] {
  const { amount, country, methodCountry, paymentsLastHour } = facts
  const rules: string[] = []
  if (amount >= limits.reviewAmount) rules.push('amount')
  if (country !== undefined && methodCountry !== undefined && country !== methodCountry) rules.push('country_mismatch')
  if (paymentsLastHour !== undefined && paymentsLastHour >= limits.paymentsPerHour) rules.push('velocity')
  return rules
}
