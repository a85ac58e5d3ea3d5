import { expect, test } from 'vitest'
import { makeRateLimits, RateLimited } from './rate-limits.ts'

const failOften = (limits: ReturnType<typeof makeRateLimits>, address: string, times: number) => {
  for (let nth = 0; nth < times; nth++) limits.noteFailedSignIn(address)
}

test('an address that often fails to sign in is turned away, others are not', () => {
  const limits = makeRateLimits(1)
  failOften(limits, '192.0.2.1', 20)
  expect(() => limits.checkSignIn('192.0.2.1')).not.toThrow()
  failOften(limits, '192.0.2.1', 1)
  expect(() => limits.checkSignIn('192.0.2.1')).toThrow(RateLimited)
  expect(() => limits.checkSignIn('192.0.2.2')).not.toThrow()
})

test('a reset lets an address sign in again at once', () => {
  const limits = makeRateLimits(1)
  failOften(limits, '192.0.2.1', 21)
  void limits.reset('192.0.2.1')
  expect(() => limits.checkSignIn('192.0.2.1')).not.toThrow()
})
