import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findCardNumbers } from './card-numbers.ts'

const holdsCardNumber = (text: string) => findCardNumbers(text).length > 0

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
  '٤١١١١١١١١١١١١١١١',
  '𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏',
  '4111\u200b1111\u20601111\ufeff1111',
  '4111\u00a01111\u20071111\u30001111',
  '4111\u2212 1111\u2013 1111\u30fb1111',
  '4111·1111•1111…1111',
  '4111|1111_1111/1111',
  '4111x1111X1111×1111',
  '4\u03321\u03321\u03321\u03321\u03321\u03321\u03321\u03321\u03321\u03321\u03321\u03321\u03321\u03321\u03321',
])('finds a card number in %j', (text) => {
  expect(holdsCardNumber(text)).toBe(true)
})

test.each([
  'tok_visa',
  'tok_insufficient_funds',
  'pm_1MqLiJLkdIwHu7ixUEgbFdYl',
  'Visa •••• 4242',
  '4111111111111112',
  '4111 1111 and 1111 1111',
  '12345678123456781234567812345678',
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

const between = fc.constantFrom('', ' ', '-', '.', ' - ', '\u200b', '\u2009\u2010', '·', '|')

function grouped(number: string, size: number, separator: string): string {
  return (number.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(separator)
}

test('finds every number with a valid check digit, however it is grouped', () => {
  fc.assert(
    fc.property(cardDigits, between, fc.integer({ min: 2, max: 6 }), (number, separator, size) => {
      expect(holdsCardNumber(`x${grouped(number, size, separator)}y`)).toBe(true)
    }),
  )
})

test('finds none where the check digit is wrong', () => {
  const shortest = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 11, maxLength: 11 }).map(withCheckDigit)
  fc.assert(
    fc.property(shortest, fc.integer({ min: 1, max: 9 }), (number, off) => {
      expect(holdsCardNumber(`${number.slice(0, -1)}${(Number(number.at(-1)) + off) % 10}`)).toBe(false)
    }),
  )
})

test('names the place of a number and its groups', () => {
  expect(findCardNumbers('my card 4111 1111 1111 1111.')).toEqual([{ from: 8, to: 27, groups: [4, 4, 4, 4] }])
  expect(findCardNumbers('𝟒111 1111-11111111!')).toEqual([{ from: 0, to: 19, groups: [4, 4, 8] }])
})
