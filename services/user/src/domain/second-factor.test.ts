import { makeTotpSecret, totpCode, totpStepAt } from '@stoa/security'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashRecoveryCode, makeRecoveryCodes, readCode, stepOf } from './second-factor.ts'

const secret = makeTotpSecret()
const now = Temporal.Instant.from('2026-11-29T12:00:15Z')
const current = totpStepAt(now)
const at = (distance: number) => totpCode(secret, current + distance)

test('a code is accepted in its step, the one before and the one after', () => {
  for (const distance of [-1, 0, 1]) expect(stepOf(at(distance), secret, now, undefined)).toBe(current + distance)
  for (const distance of [-3, -2, 2, 3]) expect(stepOf(at(distance), secret, now, undefined)).toBeUndefined()
})

test('a code is accepted once, and none of an earlier step after it', () => {
  expect(stepOf(at(0), secret, now, current)).toBeUndefined()
  expect(stepOf(at(-1), secret, now, current)).toBeUndefined()
  expect(stepOf(at(1), secret, now, current)).toBe(current + 1)
})

test('a step that was noted before the clock was set back locks no one out', () => {
  expect(stepOf(at(0), secret, now, current + 100)).toBe(current)
})

test('no code is accepted twice, whatever the order of the steps', () => {
  const moments = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: -1, max: 1 })), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(moments, (tries) => {
      const accepted: number[] = []
      let last: number | undefined
      for (const [seconds, distance] of tries.toSorted(([left], [right]) => left - right)) {
        const moment = now.add({ seconds: seconds * 15 })
        const step = stepOf(totpCode(secret, totpStepAt(moment) + distance), secret, moment, last)
        if (step === undefined) continue
        accepted.push(step)
        last = step
      }
      expect(new Set(accepted).size).toBe(accepted.length)
    }),
  )
})

test('reads codes as they are typed', () => {
  expect(readCode(' 123 456 ')).toEqual({ kind: 'totp', code: '123456' })
  expect(readCode('abcd-efgh ijkl-mn23')).toEqual({ kind: 'recovery', code: 'ABCDEFGHIJKLMN23' })
  for (const other of ['', '12345', '1234567', 'ABCD', '１２３４５６']) expect(readCode(other).kind).toBe('unreadable')
})

test('ten recovery codes differ, and what is kept of one is bound to its factor', () => {
  const codes = makeRecoveryCodes()
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(readCode(code)).toEqual({ kind: 'recovery', code: code.replaceAll('-', '') })
  const [code = ''] = codes
  expect(hashRecoveryCode('a', code)).toBe(hashRecoveryCode('a', code.replaceAll('-', '')))
  expect(hashRecoveryCode('a', code)).not.toBe(hashRecoveryCode('b', code))
})
