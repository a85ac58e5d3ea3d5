import { expect, test } from 'vitest'
import { restAfter } from './rest-after.ts'

test('the pause after a small batch grows with the time that the batch took, up to a tenth of a second', () => {
  expect(restAfter(0.5, 1)).toBe(5)
  expect(restAfter(3, 1)).toBe(30)
  expect(restAfter(10, 1)).toBe(100)
  expect(restAfter(30, 1)).toBe(100)
})

test('where many events arrive, or a batch takes long, the pause is up to three tenths', () => {
  expect(restAfter(30, 8)).toBe(200)
  expect(restAfter(30, 31)).toBe(300)
  expect(restAfter(60, 1)).toBe(180)
  expect(restAfter(2_000, 1)).toBe(300)
})

test('on an idle machine many events are not delayed for longer', () => {
  expect(restAfter(3, 31)).toBe(30)
})
