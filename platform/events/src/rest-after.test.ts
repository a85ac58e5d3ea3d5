import { expect, test } from 'vitest'
import { restAfter } from './rest-after.ts'

test('the pause after a small batch grows with the time that the batch took, up to a tenth of a second', () => {
  expect(restAfter(0.5)).toBe(5)
  expect(restAfter(3)).toBe(30)
  expect(restAfter(10)).toBe(100)
  expect(restAfter(2_000)).toBe(100)
})
