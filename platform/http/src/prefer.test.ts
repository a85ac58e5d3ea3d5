import { expect, test } from 'vitest'
import { parsePrefer, waitSecondsFor } from './prefer.ts'

test.each([
  [undefined, undefined, false],
  ['wait=10', 10, false],
  ['Respond-Async, Wait = "5"', 5, true],
  ['return=minimal; wait=3', 3, false],
  ['wait=10, wait=20', 10, false],
  ['wait=-1', undefined, false],
  ['wait=1.5', undefined, false],
  ['wait', undefined, false],
])('reads Prefer: %s', (header, waitSeconds, isAsync) => {
  expect(parsePrefer(header)).toEqual({ waitSeconds, isAsync })
})

test('waits as the client prefers, else as the operation says, up to the limit', () => {
  expect(waitSecondsFor(parsePrefer('wait=3'), 5, 30)).toBe(3)
  expect(waitSecondsFor(parsePrefer(undefined), 5, 30)).toBe(5)
  expect(waitSecondsFor(parsePrefer('respond-async'), 5, 30)).toBe(0)
  expect(waitSecondsFor(parsePrefer('wait=0'), 5, 30)).toBe(0)
  expect(waitSecondsFor(parsePrefer('wait=900'), 5, 30)).toBe(30)
})
