import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addBusinessMs, businessMsBetween, type BusinessHours } from './business-hours.ts'

const hour = 3_600_000
const vienna: BusinessHours = {
  timeZone: 'Europe/Vienna',
  days: new Set([1, 2, 3, 4, 5]),
  opensAt: Temporal.PlainTime.from('09:00'),
  closesAt: Temporal.PlainTime.from('17:00'),
  holidays: new Set(['2026-10-26', '2026-12-25']),
}
const at = (local: string) => Temporal.PlainDateTime.from(local).toZonedDateTime(vienna.timeZone).toInstant()

test('counts from the opening to the closing, and not at night, on weekends and on holidays', () => {
  // a Friday; the Monday after it is a holiday
  expect(addBusinessMs(vienna, at('2026-10-23T16:00'), 2 * hour)).toEqual(at('2026-10-27T10:00'))
  expect(addBusinessMs(vienna, at('2026-10-24T12:00'), hour)).toEqual(at('2026-10-27T10:00'))
  expect(businessMsBetween(vienna, at('2026-10-23T16:00'), at('2026-10-27T10:00'))).toBe(2 * hour)
  expect(businessMsBetween(vienna, at('2026-10-24T00:00'), at('2026-10-27T00:00'))).toBe(0)
})

test('a deadline at the end of the day is today, not tomorrow morning', () => {
  expect(addBusinessMs(vienna, at('2026-10-27T09:00'), 8 * hour)).toEqual(at('2026-10-27T17:00'))
})

test('nights around the change of the clock count by real time', () => {
  const allNight = {
    ...vienna,
    days: new Set([7]),
    opensAt: Temporal.PlainTime.from('00:00'),
    closesAt: Temporal.PlainTime.from('06:00'),
  }
  // the night to 2026-03-29 lacks an hour, that to 2026-10-25 has one more
  expect(businessMsBetween(allNight, at('2026-03-29T00:00'), at('2026-03-29T06:00'))).toBe(5 * hour)
  expect(businessMsBetween(allNight, at('2026-10-25T00:00'), at('2026-10-25T06:00'))).toBe(7 * hour)
  expect(addBusinessMs(allNight, at('2026-10-25T00:00'), 7 * hour)).toEqual(at('2026-10-25T06:00'))
  expect(addBusinessMs(allNight, at('2026-03-29T00:00'), 5 * hour)).toEqual(at('2026-03-29T06:00'))
})

test('an opening that the change of the clock skips is no opening', () => {
  const skipped = {
    ...vienna,
    days: new Set([7]),
    opensAt: Temporal.PlainTime.from('02:00'),
    closesAt: Temporal.PlainTime.from('03:00'),
  }
  expect(businessMsBetween(skipped, at('2026-03-29T00:00'), at('2026-03-30T00:00'))).toBe(0)
  expect(addBusinessMs(skipped, at('2026-03-29T00:00'), hour)).toEqual(at('2026-04-05T03:00'))
})

test('business hours without an open day are an error, not an endless search', () => {
  const holidays = { has: () => true } as unknown as ReadonlySet<string>
  expect(() => addBusinessMs({ ...vienna, holidays }, at('2026-10-23T16:00'), hour)).toThrow(RangeError)
})

const zones = fc.constantFrom(
  'Europe/Vienna',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'America/Santiago',
)
const instants = fc
  .integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2028, 0, 1) })
  .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms))
const anyHours: fc.Arbitrary<BusinessHours> = fc
  .record({
    timeZone: zones,
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }).map((days) => new Set(days)),
    times: fc.uniqueArray(fc.integer({ min: 0, max: 24 * 60 - 1 }), { minLength: 2, maxLength: 2 }),
    holidays: fc
      .array(fc.integer({ min: 0, max: 1_200 }), { maxLength: 60 })
      .map((days) => new Set(days.map((add) => Temporal.PlainDate.from('2025-01-01').add({ days: add }).toString()))),
  })
  .map(({ times, ...rest }) => {
    const [opens = 0, closes = 0] = times.toSorted((left, right) => left - right)
    const midnight = Temporal.PlainTime.from('00:00')
    return { ...rest, opensAt: midnight.add({ minutes: opens }), closesAt: midnight.add({ minutes: closes }) }
  })
const durations = fc.integer({ min: 1, max: 80 * hour })

test('as much business time passes until a deadline as it was set to', () => {
  fc.assert(
    fc.property(anyHours, instants, durations, (hours, start, ms) => {
      const due = addBusinessMs(hours, start, Math.min(ms, 20 * hour))
      expect(businessMsBetween(hours, start, due)).toBe(Math.min(ms, 20 * hour))
      // and not before it: the deadline is the first such instant
      expect(businessMsBetween(hours, start, due.subtract({ milliseconds: 1 }))).toBe(Math.min(ms, 20 * hour) - 1)
    }),
    // narrow hours take many days
    { numRuns: 60 },
  )
})

test('business time adds up over any instant between, and never exceeds real time', () => {
  fc.assert(
    fc.property(anyHours, fc.tuple(instants, instants, instants), (hours, three) => {
      const [first, second, third] = three.toSorted(Temporal.Instant.compare) as [
        Temporal.Instant,
        Temporal.Instant,
        Temporal.Instant,
      ]
      const [left, right] = [businessMsBetween(hours, first, second), businessMsBetween(hours, second, third)]
      expect(left + right).toBe(businessMsBetween(hours, first, third))
      expect(left).toBeLessThanOrEqual(second.epochMilliseconds - first.epochMilliseconds)
      expect(businessMsBetween(hours, third, first)).toBe(0)
    }),
    { numRuns: 60 },
  )
})
