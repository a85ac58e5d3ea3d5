import fc from 'fast-check'
import { expect, test } from 'vitest'
import { acceptedStep, readCode } from './second-factor.ts'

const current = 1_000_000
/** Shows the code of a step, counted from the current one. */
const show = (distance: number, last?: number) => acceptedStep((step) => step === current + distance, current, last)

test('a code is accepted in its step, the one before and the one after', () => {
  for (const distance of [-1, 0, 1]) expect(show(distance)).toBe(current + distance)
  for (const distance of [-3, -2, 2, 3]) expect(show(distance)).toBeUndefined()
})

test('a code is accepted once, and none of an earlier step after it', () => {
  expect(show(0, current)).toBeUndefined()
  expect(show(-1, current)).toBeUndefined()
  expect(show(1, current)).toBe(current + 1)
})

test('a step that was noted before the clock was set back locks no one out', () => {
  expect(show(0, current + 100)).toBe(current)
})

test('no step is accepted twice, whatever is shown while time passes', () => {
  const tries = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: -1, max: 1 })), { maxLength: 40 })
  fc.assert(
    fc.property(tries, (shown) => {
      const accepted: number[] = []
      for (const [now, distance] of shown.toSorted(([left], [right]) => left - right)) {
        const step = acceptedStep((each) => each === now + distance, now, accepted.at(-1))
        if (step !== undefined) accepted.push(step)
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
