import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryBudget } from './retry-budget.ts'

test('five calls earn one retry', () => {
  const budget = retryBudget({ reserve: 1 })
  expect(budget.tryRetry()).toBe(true)
  for (let i = 0; i < 4; i++) budget.onCall()
  expect(budget.tryRetry()).toBe(false)
  budget.onCall()
  expect(budget.tryRetry()).toBe(true)
})

test('keeps no more than the reserve over a quiet time', () => {
  const budget = retryBudget({ reserve: 3 })
  for (let i = 0; i < 1_000; i++) budget.onCall()
  expect([1, 2, 3, 4].map(() => budget.tryRetry())).toEqual([true, true, true, false])
})

test('never grants more than reserve + ratio of the calls', () => {
  const ratios = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100)
  fc.assert(
    fc.property(
      ratios,
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.boolean(), { maxLength: 300 }),
      (ratio, reserve, steps) => {
        const budget = retryBudget({ ratio, reserve })
        let calls = 0
        let granted = 0
        for (const isCall of steps) {
          if (isCall) {
            budget.onCall()
            calls += 1
          } else if (budget.tryRetry()) granted += 1
          expect(granted).toBeLessThanOrEqual(reserve + calls * ratio + 1e-9)
        }
      },
    ),
  )
})
