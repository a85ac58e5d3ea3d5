import { expect, test } from 'vitest'
import { assessFraud, readReviewAmounts, type FraudFacts } from './fraud.ts'

const limits = { reviewAmounts: readReviewAmounts(['EUR=100000', 'JPY=20000000']), paymentsPerHour: 5 }

function rulesFor(facts: Partial<FraudFacts>): string[] {
  const usual = { amount: euros(1_999), country: 'DE', methodCountry: 'DE', paymentsLastHour: 0 }
  return assessFraud({ ...usual, ...facts }, limits)
}

function euros(amount: number) {
  return { amount, currency: 'EUR' }
}

test('lets an ordinary payment pass', () => {
  expect(rulesFor({})).toEqual([])
})

test('looks at a payment from the amount on', () => {
  expect(rulesFor({ amount: euros(99_999) })).toEqual([])
  expect(rulesFor({ amount: euros(100_000) })).toEqual(['amount'])
})

test('compares an amount with the limit of its own currency', () => {
  expect(rulesFor({ amount: { amount: 19_999_999, currency: 'JPY' } })).toEqual([])
  expect(rulesFor({ amount: { amount: 20_000_000, currency: 'JPY' } })).toEqual(['amount'])
})

test('looks at every payment in a currency without a limit, unless it is free', () => {
  expect(rulesFor({ amount: { amount: 1, currency: 'CHF' } })).toEqual(['amount'])
  expect(rulesFor({ amount: { amount: 0, currency: 'CHF' } })).toEqual([])
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
  expect(rulesFor({ amount: euros(100_000), methodCountry: 'FR', paymentsLastHour: 9 })).toEqual([
    'amount',
    'country_mismatch',
    'velocity',
  ])
})
