import { expect, test } from 'vitest'
import { findMismatches, type Ordered, type Quoted } from './quote.ts'

const tea = (quantity: number) => ({ sku: 'TEA', quantity })
const cup = (quantity: number) => ({ sku: 'CUP', quantity })
const wrong = (quoted: Partial<Quoted>, ordered: Partial<Ordered>) =>
  findMismatches(
    { lines: [tea(1)], region: 'AT', couponCodes: [], shippingMethod: 'standard', currency: 'EUR', ...quoted },
    {
      items: [tea(1)],
      country: 'AT',
      couponCodes: undefined,
      shippingMethod: undefined,
      currency: undefined,
      ...ordered,
    },
  ).map(({ pointer }) => pointer)

test('a quote is for the same quantities, in whatever lines', () => {
  expect(wrong({ lines: [tea(3), cup(1)] }, { items: [cup(1), tea(2), tea(1)] })).toEqual([])
})

test('a quote is not for more, fewer or other items', () => {
  expect(wrong({ lines: [tea(1)] }, { items: [tea(2)] })).toEqual(['/items'])
  expect(wrong({ lines: [tea(1), cup(1)] }, { items: [tea(1)] })).toEqual(['/items'])
  expect(wrong({ lines: [tea(1)] }, { items: [tea(1), cup(1)] })).toEqual(['/items'])
  expect(wrong({ lines: [tea(1)] }, { items: [cup(1)] })).toEqual(['/items'])
})

test('what an order leaves out is as its quote has it', () => {
  expect(wrong({ couponCodes: ['SPRING'], shippingMethod: 'express' }, {})).toEqual([])
})

test('a quote in a currency other than that of the cart is refused', () => {
  expect(wrong({ currency: 'USD' }, { currency: 'EUR' })).toEqual(['/quoteId'])
  expect(wrong({ currency: 'USD' }, {})).toEqual([])
})

test('coupons are the same in whatever order and case', () => {
  expect(wrong({ couponCodes: ['SPRING', 'TEA'] }, { couponCodes: ['tea', 'SPRING'] })).toEqual([])
})

test('another country, coupon or way of shipping than was quoted is named', () => {
  expect(wrong({}, { country: 'DE' })).toEqual(['/shippingAddress/country'])
  expect(wrong({}, { couponCodes: ['SPRING'] })).toEqual(['/couponCodes'])
  expect(wrong({ couponCodes: ['SPRING'] }, { couponCodes: [] })).toEqual(['/couponCodes'])
  expect(wrong({}, { shippingMethod: 'teleport' })).toEqual(['/shippingMethod'])
  expect(wrong({}, { country: 'DE', couponCodes: ['X'], shippingMethod: 'express' })).toHaveLength(3)
})
