import { expect, test } from 'vitest'
import { createBoundedCache } from './bounded-cache.ts'

test('never keeps more than its bound, and keeps what is read', () => {
  const cache = createBoundedCache<number>(10)
  cache.set('read', 0)
  for (let n = 1; n <= 100; n += 1) {
    cache.set(`k${n}`, n)
    cache.get('read')
    expect(cache.size()).toBeLessThanOrEqual(10)
  }
  expect(cache.get('read')).toBe(0)
  expect(cache.get('k100')).toBe(100)
  expect(cache.get('k1')).toBeUndefined()
})

test('forgets all when cleared', () => {
  const cache = createBoundedCache<number>(2)
  cache.set('a', 1)
  cache.clear()
  expect(cache.get('a')).toBeUndefined()
})
