import { expect, test } from 'vitest'
import { errorBudgetOf } from './error-budget.ts'

const since = Temporal.Instant.from('2026-11-30T10:00:00Z')

test('a tenth of the allowed failures leaves nine tenths of the budget', () => {
  expect(errorBudgetOf(0.005, { counted: 10_000, wrong: 5, since }, [{ minutes: 60, share: 0.072 }])).toEqual({
    allowed: 0.005,
    counted: 10_000,
    wrong: 5,
    since: '2026-11-30T10:00:00Z',
    left: 0.9,
    burnRates: [{ minutes: 60, rate: 14.4 }],
  })
})

test('more failures than are allowed leave less than nothing', () => {
  expect(errorBudgetOf(0.01, { counted: 100, wrong: 3, since }, [])).toMatchObject({ left: -2 })
})

test('says nothing about what was not measured', () => {
  const budget = errorBudgetOf(0.01, { counted: 0, wrong: 0, since: undefined }, [{ minutes: 5, share: undefined }])
  expect(budget).toEqual({ allowed: 0.01, counted: 0, wrong: 0, burnRates: [{ minutes: 5 }] })
})

test('a budget that allows nothing is finite', () => {
  const budget = errorBudgetOf(0, { counted: 10, wrong: 1, since }, [{ minutes: 5, share: 0 }])
  expect(budget).toMatchObject({ left: 1 - 1_000_000, burnRates: [{ minutes: 5, rate: 0 }] })
})
