import { expect, test } from 'vitest'
import { declineCode } from './decline-code.ts'

test('keeps the codes of payment that the contract of order declares', () => {
  expect(declineCode('payment.card_expired')).toBe('payment.card_expired')
  expect(declineCode('payment.review_timeout')).toBe('payment.review_timeout')
})

test('reports an unknown code of payment as a payment that was declined', () => {
  expect(declineCode('payment.invented_later')).toBe('payment.declined')
  expect(declineCode('')).toBe('payment.declined')
})
