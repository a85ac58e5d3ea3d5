import { InstantSchema, instantRule, parseInstant } from '@stoa/contract'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeValidator } from '../src/validation.ts'

let db: TestDatabase
const { check, errors } = makeValidator(InstantSchema)

beforeAll(async () => {
  db = await testDatabase({ sets: [], name: 'http-instants' })
})
afterAll(() => db?.close())

const two = (min: number, max: number) => fc.integer({ min, max }).map((value) => String(value).padStart(2, '0'))
const texts = fc
  .tuple(
    fc.oneof(fc.constantFrom(0, 1, 2, 1583, 9998, 9999), fc.integer({ min: 0, max: 9999 })),
    fc.constantFrom('01-01', '01-02', '02-28', '02-29', '12-30', '12-31'),
    fc.constantFrom('00:00:00', '23:59:59', '23:59:60', '12:30:15', '16:00:00', '07:59:59'),
    fc.oneof(
      fc.constant(''),
      fc.constant('.'),
      fc.stringMatching(/^\.\d{1,12}$/),
      fc.constantFrom('.9999995', '.999999'),
    ),
    fc.oneof(
      fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+15:59', '-15:59', '+16:00', '-16:00', '[UTC]', ''),
      fc
        .tuple(fc.constantFrom('+', '-'), two(0, 24), two(0, 60))
        .map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
    ),
    fc.constantFrom('T', 't', ' '),
  )
  .map(
    ([year, day, time, fraction, offset, t]) =>
      `${String(year).padStart(4, '0')}-${day}${t}${time}${fraction}${offset}`,
  )

test('what the schema of times accepts, the database and Temporal hold and give back in RFC 3339', async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      if (!check(text)) return
      accepted += 1
      const [row] = await db.database.read.sql<{ at: Temporal.Instant }>`select ${text}::timestamptz as at`
      const given = row?.at.toString() ?? ''
      expect(check(given)).toBe(true)
      const difference = row?.at.since(parseInstant(text)).total('microseconds')
      // a leap second is the next minute to one and the second before it to the other
      expect(Math.abs(difference ?? NaN)).toBeLessThanOrEqual(text.includes(':60') ? 1_000_001 : 1)
    }),
    { numRuns: 2_000 },
  )
  expect(accepted).toBeGreaterThan(100)
})

test.each([
  ['0000-12-31T23:59:59Z', false],
  ['0001-01-01T00:00:00Z', true],
  ['0001-01-01T00:00:00+14:00', false],
  ['9999-12-31T23:59:59.999999Z', true],
  ['9999-12-31T23:59:59.9999999Z', false],
  ['9999-12-31T23:59:59-05:00', false],
  ['9999-12-31T23:59:60Z', false],
  ['2026-01-01T00:00:00+15:59', true],
  ['2026-01-01T00:00:00+16:00', false],
  ['2026-01-01T00:00:00.1234567891Z', false],
  ['2026-02-30T00:00:00Z', false],
  ['2026-01-01T00:00:00Z[Europe/Vienna]', false],
  ['2026-01-01', false],
])('a time %s is accepted: %s', (text, isAccepted) => {
  expect(check(text)).toBe(isAccepted)
  const wrong = { pointer: '', detail: `must be a time: ${instantRule.description}` }
  expect(isAccepted ? [] : errors(text)).toEqual(isAccepted ? [] : [wrong])
})
