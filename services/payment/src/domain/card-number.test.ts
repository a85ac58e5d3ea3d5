import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdsCardNumber } from './card-number.ts'

test.each([
  '4111111111111111',
  '4111 1111 1111 1111',
  '4111-1111-1111-1111',
  '4111\u20111111\u20111111\u20111111',
  '4111.1111.1111.1111',
  '4111  1111 -- 1111 1111',
  'my card 4111 1111 1111 1111 12/29',
  'tok4111111111111111',
  '378282246310005',
  '6011 0009 9013 9424',
  '４１１１１１１１１１１１１１１１',
])('finds a card number in %j', (text) => {
  expect(holdsCardNumber(text)).toBe(true)
})

test.each([
  'tok_visa',
  'tok_insufficient_funds',
  'pm_1MqLiJLkdIwHu7ixUEgbFdYl',
  'Visa •••• 4242',
  '4111111111111112',
  '42',
  '',
])('finds none in %j', (text) => {
  expect(holdsCardNumber(text)).toBe(false)
})

function withCheckDigit(digits: readonly number[]): string {
  const sum = digits.toReversed().reduce((total, digit, at) => {
    const doubled = at % 2 === 0 ? digit * 2 : digit
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return [...digits, (10 - (sum % 10)) % 10].join('')
}

const cardDigits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 11, maxLength: 18 }).map(withCheckDigit)

test('finds every number with a valid check digit, however it is grouped, and none without', () => {
  fc.assert(
    fc.property(
      cardDigits,
      fc.constantFrom('', ' ', '-', '.', ' - '),
      fc.integer({ min: 2, max: 6 }),
      (number, between, size) => {
        const groups = number.match(new RegExp(`.{1,${size}}`, 'g')) ?? []
        expect(holdsCardNumber(`x${groups.join(between)}y`)).toBe(true)
        const last = Number(number.at(-1))
        if (number.length === 12) expect(holdsCardNumber(`${number.slice(0, -1)}${(last + 1) % 10}`)).toBe(false)
      },
    ),
  )
})
