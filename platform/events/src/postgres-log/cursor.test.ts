import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor } from './cursor.ts'

const place = fc.record({
  topic: fc.integer({ min: 1, max: 32_767 }),
  part: fc.integer({ min: 0, max: 255 }),
  position: fc.oneof(fc.nat(300), fc.maxSafeNat()),
})

test('a cursor returns every position that was encoded', () => {
  const unlike = { selector: ({ topic, part }: { topic: number; part: number }) => `${topic}/${part}` }
  fc.assert(
    fc.property(fc.uniqueArray(place, unlike), (places) => {
      const decoded = decodeCursor(encodeCursor(places))
      for (const { topic, part, position } of places) expect(decoded.get(`${topic}/${part}`) ?? 0).toBe(position)
    }),
  )
})

test('a cursor over 25 topics of 64 partitions with a million events each fits into the head of a request', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
  const places = numbers(25).flatMap((topic) =>
    numbers(64).map((part) => ({ topic, part, position: 1_000_000 + part })),
  )
  expect(encodeCursor(places).length).toBeLessThan(7_000)
})

test('any other text is refused', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => decodeCursor(text)).toThrow(TypeError)
    }),
  )
  for (const text of ['', 'x', 'AAAAAQ', '5/0:12', `${encodeCursor([{ topic: 1, part: 0, position: 5 }])}AA`])
    expect(() => decodeCursor(text)).toThrow(TypeError)
})
