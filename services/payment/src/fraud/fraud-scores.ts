import { isAppError } from '@stoa/kernel'
import { circuitBreaker, timeout, wrap } from '@stoa/resilience'
import type { Telemetry } from '@stoa/telemetry'

/** What the score of a payment is made from. */
export interface ScoredFacts {
  /** The amount as a share of the amount from which payments in its currency are reviewed. */
  readonly amountRatio: number
  readonly countryMismatch: boolean
  readonly paymentsLastHour: number
}

/** Asks inference how likely a payment is fraud. */
type AskScore = (facts: ScoredFacts, signal: AbortSignal) => Promise<{ readonly score: number }>

/** The scores of inference, which no payment depends on. */
export interface FraudScores {
  /** The score from which a payment is reviewed. */
  readonly reviewFrom: number
  /** Returns a score from 0 to 1, or undefined if inference is unavailable, too slow, or returns something else: then the rules decide alone. */
  readonly find: (facts: ScoredFacts, ask: AskScore) => Promise<number | undefined>
}

interface FraudScoresOptions {
  readonly reviewFrom: number
  readonly timeoutMs: number
  readonly telemetry: Pick<Telemetry, 'logger' | 'metrics'>
}

/** Makes the scores; while the circuit is open, nothing is asked and no payment waits. */
export function makeFraudScores({ reviewFrom, timeoutMs, telemetry }: FraudScoresOptions): FraudScores {
  const { logger, metrics } = telemetry
  const outcomes = metrics.counter('fraud_scores_total', 'Payments for which inference was asked for a score', [
    'outcome',
  ])
  const policy = wrap(
    // whatever is wrong, the next payments must not wait for it
    circuitBreaker({
      name: 'fraud-score',
      openMs: 30_000,
      evidenceOf: (error) => (isTimeout(error) ? 'timeout' : 'failure'),
    }),
    timeout({ name: 'fraud-score', timeoutMs }),
  )
  return {
    reviewFrom,
    async find(facts, ask) {
      try {
        const score = await policy.execute(async ({ signal }) => validScore(await ask(facts, signal)))
        outcomes.add(1, { outcome: score >= reviewFrom ? 'review' : 'pass' })
        return score
      } catch (error) {
        const isOpen = isAppError(error, 'service.circuit_open')
        outcomes.add(1, { outcome: isOpen ? 'not_asked' : 'failed' })
        if (!isOpen) logger.warn('a payment has no fraud score; the rules decide alone', { error })
        return undefined
      }
    },
  }
}

function validScore({ score }: { readonly score: number }): number {
  if (!(score >= 0 && score <= 1)) throw new Error(`inference returned the fraud score ${score}`)
  return score
}

function isTimeout(error: unknown): boolean {
  return isAppError(error) && error.kind === 'timeout'
}
