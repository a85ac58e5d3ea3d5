import { expect, test } from 'vitest'
import { makeAnswerStore } from './answer-store.ts'
import { storedAnswer } from './stored-answer.ts'

const answer = (size: number, vary: readonly string[] = [], request = {}) =>
  storedAnswer({ status: 200, headers: ['cache-control', 'max-age=60', ...vary], body: Buffer.alloc(size) }, request, {
    askedAtMs: 0,
    answeredAtMs: 0,
  })

test('what was used longest ago makes room', () => {
  const store = makeAnswerStore(4_000)
  for (const path of ['/a', '/b', '/c']) store.save(path, '', answer(600))
  expect(store.find('/a', '', {})).toBeDefined()
  store.save('/d', '', answer(600))
  expect(['/a', '/b', '/c', '/d'].map((path) => store.find(path, '', {}) !== undefined)).toEqual([
    true,
    false,
    true,
    true,
  ])
  expect(store.stats()).toMatchObject({ entries: 3, evictions: 1 })
})

test('its bytes are those of what is in it, whatever came and went', () => {
  const store = makeAnswerStore(20_000)
  for (let round = 0; round < 300; round++) {
    store.save(`/${round % 7}`, `?${round % 11}`, answer((round * 37) % 2_000))
    expect(store.stats().sizeBytes).toBeLessThanOrEqual(20_000)
    if (round % 13 === 0) store.forget(`/${round % 7}`)
  }
  store.save('/0', '', answer(19_999))
  expect(store.stats().sizeBytes).toBeGreaterThan(0)
  store.purge('')
  expect(store.stats()).toMatchObject({ entries: 0, sizeBytes: 0 })
})

test('an answer that is larger than all there is room for is not kept', () => {
  const store = makeAnswerStore(1_000)
  store.save('/a', '', answer(100))
  store.save('/b', '', answer(2_000))
  expect([store.find('/a', '', {}), store.find('/b', '', {})].map((found) => found !== undefined)).toEqual([
    true,
    false,
  ])
})

test('each way of asking has its own answer, and few of them', () => {
  const store = makeAnswerStore(100_000)
  const language = (name: string) => ({ 'accept-language': name })
  for (let index = 0; index < 10; index++)
    store.save('/a', '', answer(index, ['vary', 'accept-language'], language(`l${index}`)))
  expect(store.find('/a', '', language('l9'))?.body).toHaveLength(9)
  expect(store.find('/a', '', language('l0'))).toBeUndefined()
  store.save('/a', '', answer(50, ['vary', 'accept-language'], language('l9')))
  expect(store.find('/a', '', language('l9'))?.body).toHaveLength(50)
})

test('a path is forgotten with all that was asked of it, and no other', () => {
  const store = makeAnswerStore(100_000)
  for (const [path, search] of [
    ['/a', ''],
    ['/a', '?x=1'],
    ['/ab', ''],
  ] as const)
    store.save(path, search, answer(1))
  store.forget('/a')
  expect(store.stats().entries).toBe(1)
  expect(store.find('/ab', '', {})).toBeDefined()
})
