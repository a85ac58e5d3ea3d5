import { generatePayments, type LabelledPayment } from './fraud-data.ts'
import { featuresOf, scoreOf } from './fraud-score.ts'
import { areaUnderCurve, calibrationError } from './measure.ts'
import { trainLogistic } from './train-logistic.ts'

/** What a training has resulted in. */
export interface TrainedFraud {
  readonly weights: readonly number[]
  readonly metrics: FraudMetrics
}

/** How good the scores are on payments that were not trained on. */
export interface FraudMetrics {
  readonly areaUnderCurve: number
  /** The area of the probabilities by which the payments were made, which no model can exceed but by chance. */
  readonly bestAreaUnderCurve: number
  readonly calibrationError: number
  readonly fraudShare: number
}

/** Trains the fraud score on generated payments, and measures it on others. */
export function trainFraud({ seed = 2026, count = 20_000 } = {}): TrainedFraud {
  const examples = generatePayments(count, seed)
  const weights = trainLogistic(examples.map((facts) => ({ features: featuresOf(facts), isPositive: facts.isFraud })))
  return { weights, metrics: measureFraud(weights, generatePayments(count, seed + 1)) }
}

/** Measures weights on labelled payments. */
export function measureFraud(weights: readonly number[], payments: readonly LabelledPayment[]): FraudMetrics {
  const scored = payments.map((facts) => ({ score: scoreOf(weights, facts), isPositive: facts.isFraud }))
  const best = payments.map(({ probability, isFraud }) => ({ score: probability, isPositive: isFraud }))
  return {
    areaUnderCurve: areaUnderCurve(scored),
    bestAreaUnderCurve: areaUnderCurve(best),
    calibrationError: calibrationError(scored),
    fraudShare: payments.filter(({ isFraud }) => isFraud).length / payments.length,
  }
}
