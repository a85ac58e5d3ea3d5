import { expect, test } from 'vitest'
import { isQuoteFor } from './quote.ts'

const tea = (quantity: number) => ({ sku: 'TEA', quantity })
const cup = (quantity: number) => ({ sku: 'CUP', quantity })

test('a quote is for the same quantities, in whatever lines', () => {
  expect(isQuoteFor([tea(3), cup(1)], [cup(1), tea(2), tea(1)])).toBe(true)
})

test('a quote is not for more, fewer or other items', () => {
  expect(isQuoteFor([tea(1)], [tea(2)])).toBe(false)
  expect(isQuoteFor([tea(1), cup(1)], [tea(1)])).toBe(false)
  expect(isQuoteFor([tea(1)], [tea(1), cup(1)])).toBe(false)
  expect(isQuoteFor([tea(1)], [cup(1)])).toBe(false)
})
