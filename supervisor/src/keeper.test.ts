import { expect, test } from 'vitest'
import { pauseMs } from './keeper.ts'

test('the pause before a restart doubles from 100 ms and ends at 5 s', () => {
  expect([1, 2, 3, 6, 7, 100].map(pauseMs)).toEqual([100, 200, 400, 3_200, 5_000, 5_000])
})
