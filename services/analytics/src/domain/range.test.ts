import { expect, test } from 'vitest'
import { rangeOf } from './range.ts'

const at = (text: string) => Temporal.Instant.from(text)
const now = at('2026-11-29T12:34:56Z')
const texts = (range: ReturnType<typeof rangeOf>) => range && [range.from.toString(), range.to.toString()]

test('a period is widened to whole intervals', () => {
  const period = { from: at('2026-11-29T10:59:59Z'), to: at('2026-11-29T12:00:01Z') }
  expect(texts(rangeOf(period, 'hour', now))).toEqual(['2026-11-29T10:00:00Z', '2026-11-29T13:00:00Z'])
})

test('by default it is the last 60 intervals, with the current one', () => {
  expect(texts(rangeOf({}, 'minute', now))).toEqual(['2026-11-29T11:35:00Z', '2026-11-29T12:35:00Z'])
})

test('a period that leaves the years that can be stated is refused', () => {
  expect(rangeOf({ to: at('0001-01-01T00:30:00Z') }, 'minute', now)).toBeUndefined()
  expect(rangeOf({ to: at('9999-12-31T23:59:59.9Z') }, 'day', now)).toBeUndefined()
})

test('a period that ends before it begins, or is too long, is refused', () => {
  expect(rangeOf({ from: now, to: at('2026-11-29T11:00:00Z') }, 'minute', now)).toBeUndefined()
  expect(rangeOf({ from: at('2026-11-20T00:00:00Z') }, 'minute', now)).toBeUndefined()
  expect(rangeOf({ from: at('2026-11-20T00:00:00Z') }, 'hour', now)).toBeDefined()
})
