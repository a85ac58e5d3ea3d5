import { validateHeaderValue } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readKey, writeKey } from './call-headers.ts'

test('the usual keys are written as they are', () => {
  for (const key of ['order-fulfilment:01/reserve_items/action', 'ada/sandbox/tok_visa'])
    expect(writeKey(key)).toBe(key)
})

test('every key fits a header and is read as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const key = text.toWellFormed()
      const written = writeKey(text)
      validateHeaderValue('idempotency-key', written)
      expect(written.trim()).toBe(written)
      expect(readKey(written)).toBe(key)
    }),
  )
  expect(readKey(writeKey('a😀 \r\nb%41'))).toBe('a😀 \r\nb%41')
})

test('what no key was written as is taken as it is', () => {
  expect([readKey('50%'), readKey('%ff'), readKey(undefined)]).toEqual(['50%', '%ff', undefined])
})
