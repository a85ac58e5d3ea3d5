import { makeRandom } from './random.ts'

/** What the model sees of a payment. */
export interface PaymentFacts {
  /** The amount as a share of the amount from which a payment in its currency is reviewed. */
  readonly amountRatio: number
  readonly countryMismatch: boolean
  readonly paymentsLastHour: number
}

/** A generated payment, with the probability by which it was made fraud. */
export interface LabelledPayment extends PaymentFacts {
  readonly probability: number
  readonly isFraud: boolean
}

/** The rules by which generated payments are fraud: each applies on its own, with its probability. */
const rules: readonly (readonly [probability: number, applies: (facts: PaymentFacts) => boolean])[] = [
  [0.004, () => true],
  [0.03, ({ countryMismatch }) => countryMismatch],
  [0.3, ({ countryMismatch, amountRatio }) => countryMismatch && amountRatio > 0.3],
  // someone tries cards with small amounts
  [0.4, ({ paymentsLastHour, amountRatio }) => paymentsLastHour >= 4 && amountRatio < 0.1],
  [0.5, ({ paymentsLastHour }) => paymentsLastHour >= 8],
]

/** The probability that a payment of these facts is fraud in the generated world. */
export function probabilityOf(facts: PaymentFacts): number {
  return 1 - rules.reduce((rest, [probability, applies]) => rest * (applies(facts) ? 1 - probability : 1), 1)
}

/** Generates payments; the same ones for the same seed. */
export function generatePayments(count: number, seed: number): LabelledPayment[] {
  const random = makeRandom(seed)
  return Array.from({ length: count }, () => {
    const isBurst = random() < 0.03
    const spread = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const facts = {
      amountRatio: 0.02 * Math.exp(1.4 * spread),
      countryMismatch: random() < 0.08,
      paymentsLastHour: isBurst ? Math.floor(random() * 16) : Math.floor(Math.log(1 - random()) / Math.log(0.3)),
    }
    const probability = probabilityOf(facts)
    return { ...facts, probability, isFraud: random() < probability }
  })
}
