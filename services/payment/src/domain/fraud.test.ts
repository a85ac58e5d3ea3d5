import { expect, test } from 'vitest'
import { assessFraud, type FraudFacts } from './fraud.ts'

const limits = { reviewAmount: 100_000, paymentsPerHour: 5 }

function rulesFor(facts: Partial<FraudFacts>): string[] {
  const usual = { amount: 1_999, country: 'DE', methodCountry: 'DE', paymentsLastHour: 0 }
  return assessFraud({ ...usual, ...facts }, limits)
}

test('lets an ordinary payment pass', () => {
  expect(rulesFor({})).toEqual([])
})

test('looks at a payment from the amount on', () => {
  expect(rulesFor({ amount: 99_999 })).toEqual([])
  expect(rulesFor({ amount: 100_000 })).toEqual(['amount'])
})

test('looks at a card of another country than the goods go to', () => {
  expect(rulesFor({ methodCountry: 'FR' })).toEqual(['country_mismatch'])
})

test('holds nothing against a country nobody knows', () => {
  expect(rulesFor({ methodCountry: undefined })).toEqual([])
  expect(rulesFor({ country: undefined, methodCountry: 'FR' })).toEqual([])
})

test('looks at a customer who pays too often, where that counts', () => {
  expect(rulesFor({ paymentsLastHour: 4 })).toEqual([])
  expect(rulesFor({ paymentsLastHour: 5 })).toEqual(['velocity'])
  expect(rulesFor({ paymentsLastHour: undefined })).toEqual([])
})

test('names every rule that speaks', () => {
  expect(rulesFor({ amount: 100_000, methodCountry: 'FR', paymentsLastHour: 9 })).toEqual([
    'amount',
    'country_mismatch',
    'velocity',
  ])
})
