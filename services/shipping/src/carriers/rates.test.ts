import { expect, test } from 'vitest'
import { ratesOf, servesCountry } from './rates.ts'

const standard = (country: string, grams: number) => ratesOf(country, grams)[0]?.charge.amount

test('a parcel costs by its zone and by each kilogram begun beyond the first', () => {
  expect([standard('DE', 1), standard('DE', 1_000), standard('DE', 1_001), standard('DE', 3_000)]).toEqual([
    499, 499, 599, 699,
  ])
  expect(standard('FR', 2_500)).toBe(1_499)
  expect(standard('US', 500)).toBe(1_999)
})

test('a country that no carrier goes to has no rates', () => {
  expect(servesCountry('AQ')).toBe(false)
  expect(ratesOf('AQ', 500)).toEqual([])
})
