import { expect, test } from 'vitest'
import { fraudWeights } from '../models/fraud-weights.ts'
import { generatePayments, probabilityOf } from './fraud-data.ts'
import { scoreOf } from './fraud-score.ts'
import { areaUnderCurve, calibrationError } from './measure.ts'
import { trainFraud } from './train-fraud.ts'
import { trainLogistic } from './train-logistic.ts'

test('the stored weights and figures are those of the training', () => {
  const { weights, metrics } = trainFraud()
  expect(weights.length).toBe(fraudWeights.weights.length)
  for (const [index, weight] of weights.entries()) expect(weight).toBeCloseTo(fraudWeights.weights[index] ?? NaN, 6)
  for (const [name, value] of Object.entries(metrics))
    expect(value, name).toBeCloseTo(fraudWeights.metrics[name as keyof typeof metrics], 6)
})

test('the score ranks almost as well as the rules by which fraud was generated', () => {
  const { metrics } = fraudWeights
  expect(metrics.areaUnderCurve).toBeGreaterThan(0.85)
  expect(metrics.areaUnderCurve / metrics.bestAreaUnderCurve).toBeGreaterThan(0.98)
  expect(metrics.calibrationError).toBeLessThan(0.01)
})

test('a usual payment scores low, tried cards and large amounts abroad score high', () => {
  const usual = { amountRatio: 0.02, countryMismatch: false, paymentsLastHour: 0 }
  const score = (facts: Partial<typeof usual>) => scoreOf(fraudWeights.weights, { ...usual, ...facts })
  expect(score({})).toBeLessThan(0.02)
  expect(score({ paymentsLastHour: 9 })).toBeGreaterThan(0.3)
  expect(score({ countryMismatch: true, amountRatio: 1 })).toBeGreaterThan(0.1)
  expect(score({ amountRatio: 1_000_000, countryMismatch: true, paymentsLastHour: 100_000 })).toBeLessThanOrEqual(1)
})

test('a seed determines the generated payments, and rules add up as independent causes', () => {
  expect(generatePayments(50, 1)).toEqual(generatePayments(50, 1))
  expect(generatePayments(50, 1)).not.toEqual(generatePayments(50, 2))
  expect(probabilityOf({ amountRatio: 1, countryMismatch: true, paymentsLastHour: 0 })).toBeCloseTo(
    1 - 0.996 * 0.97 * 0.7,
  )
})

test('a logistic regression finds the odds of two groups', () => {
  const examples = [0, 1].flatMap((group) =>
    Array.from({ length: 100 }, (_, index) => ({ features: [1, group], isPositive: index < (group === 1 ? 80 : 20) })),
  )
  const [constant = 0, slope = 0] = trainLogistic(examples, { penalty: 1e-9 })
  expect(constant).toBeCloseTo(Math.log(20 / 80), 4)
  expect(constant + slope).toBeCloseTo(Math.log(80 / 20), 4)
})

test('the area under the curve is 1 in order, 0 in reverse, and a half for ties', () => {
  const outcomes = (scores: readonly number[]) => scores.map((score, index) => ({ score, isPositive: index >= 2 }))
  expect(areaUnderCurve(outcomes([1, 2, 3, 4]))).toBe(1)
  expect(areaUnderCurve(outcomes([4, 3, 2, 1]))).toBe(0)
  expect(areaUnderCurve(outcomes([1, 1, 1, 1]))).toBe(0.5)
  expect(areaUnderCurve(outcomes([1, 3, 2, 4]))).toBe(0.75)
})

test('the calibration error is the distance of scores from shares', () => {
  const outcomes = Array.from({ length: 100 }, (_, index) => ({ score: 0.5, isPositive: index % 2 === 0 }))
  expect(calibrationError(outcomes)).toBeCloseTo(0)
  expect(calibrationError(outcomes.map((each) => ({ ...each, score: 0.9 })))).toBeCloseTo(0.4)
})
