import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'

test('the clock is as fine as a database stores times', () => {
  const times = Array.from({ length: 20 }, () => systemClock.now())
  expect(times.map(({ epochNanoseconds }) => epochNanoseconds % 1_000n)).toEqual(times.map(() => 0n))
})
