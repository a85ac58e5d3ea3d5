import type { ErrorBudget } from '@stoa/contracts/monitoring/service-level-resources'
import { expect, test } from 'vitest'
import { percent, rateWords, stateOfBudget, worstLevelFirst } from './service-levels.ts'

const budget = (left: number | undefined, rates: Readonly<Record<number, number>> = {}): ErrorBudget => ({
  allowed: 0.005,
  counted: 1_000,
  wrong: 1,
  ...(left === undefined ? {} : { left }),
  burnRates: [5, 30, 60, 360].map((minutes) => ({
    minutes,
    ...(rates[minutes] === undefined ? {} : { rate: rates[minutes] }),
  })),
})

test('a budget burns only while both windows of an alert are above its rate', () => {
  expect(stateOfBudget(budget(0.9, { 5: 20, 60: 20 }))).toBe('burning')
  expect(stateOfBudget(budget(0.9, { 30: 7, 360: 7 }))).toBe('burning')
  // the errors have ended
  expect(stateOfBudget(budget(0.9, { 5: 0, 60: 20, 30: 7, 360: 2 }))).toBe('kept')
  expect(stateOfBudget(budget(-0.1))).toBe('spent')
  expect(stateOfBudget(budget(undefined))).toBe('unknown')
})

test('lists the service first whose budget is worst, and last what is not known', () => {
  const level = (service: string, errors: ErrorBudget) => ({
    service,
    errors,
    availability: budget(1),
    latency: { allowedP99Ms: 100 },
  })
  const levels = [
    level('kept', budget(0.9)),
    { ...level('unknown', budget(undefined)), availability: budget(undefined) },
    level('spent', budget(-2)),
    level('also burning', budget(0.2, { 5: 20, 60: 20 })),
    level('burning', budget(0.5, { 5: 20, 60: 20 })),
  ]
  expect(worstLevelFirst(levels).map(({ service }) => service)).toEqual([
    'also burning',
    'burning',
    'spent',
    'kept',
    'unknown',
  ])
})

test('what is not all is not written as all', () => {
  expect([1, 0.999_999, 0.995, 0.5, 0.004, 0, -2.5].map(percent)).toEqual([
    '100 %',
    '99.99 %',
    '99.5 %',
    '50 %',
    '0.4 %',
    '0 %',
    '-250 %',
  ])
  expect([undefined, 0, 0.123, 14.4, 1_234].map(rateWords)).toEqual(['no data', '0×', '0.12×', '14×', '1,230×'])
})
