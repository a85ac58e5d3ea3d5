import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextDue, parseCron } from './cron.ts'

/** The due times after a time, as wall times with their offsets. */
function due(text: string, zone: string, after: string, count: number): string[] {
  const cron = parseCron(text)
  const found: string[] = []
  let at = Temporal.Instant.from(after)
  for (let index = 0; index < count; index += 1) {
    const next = nextDue(cron, zone, at)
    if (next === undefined) break
    at = next
    found.push(next.toZonedDateTimeISO(zone).toString({ timeZoneName: 'never', smallestUnit: 'minute' }))
  }
  return found
}

test('in summer and in winter it is due at the same time of the wall', () => {
  expect(due('30 6 * * *', 'Europe/Vienna', '2026-03-28T00:00:00Z', 3)).toEqual([
    '2026-03-28T06:30+01:00',
    '2026-03-29T06:30+02:00',
    '2026-03-30T06:30+02:00',
  ])
})

test('a time that clocks pass over is due once, an hour later', () => {
  expect(due('30 2 * * *', 'Europe/Vienna', '2026-03-28T12:00:00Z', 2)).toEqual([
    '2026-03-29T03:30+02:00',
    '2026-03-30T02:30+02:00',
  ])
  // half an hour on Lord Howe Island
  expect(due('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', 1)).toEqual(['2026-10-04T02:45+11:00'])
})

test('a time that comes twice is due the first time only', () => {
  expect(due('30 2 * * *', 'Europe/Vienna', '2026-10-24T12:00:00Z', 2)).toEqual([
    '2026-10-25T02:30+02:00',
    '2026-10-26T02:30+01:00',
  ])
  expect(due('30 1 * * *', 'America/New_York', '2026-10-31T12:00:00Z', 2)).toEqual([
    '2026-11-01T01:30-04:00',
    '2026-11-02T01:30-05:00',
  ])
})

test('by the hour it is due in each hour that passes: 23 times and 25 times on the days of the change', () => {
  const of = (day: string) =>
    due('0 * * * *', 'Europe/Vienna', `${day}T20:00:00Z`, 60).filter((at) =>
      at.startsWith(Temporal.PlainDate.from(day).add({ days: 1 }).toString()),
    )
  expect([of('2026-03-28').length, of('2026-10-24').length, of('2026-11-24').length]).toEqual([23, 25, 24])
  expect(of('2026-10-24').slice(1, 5)).toEqual([
    '2026-10-25T01:00+02:00',
    '2026-10-25T02:00+02:00',
    '2026-10-25T02:00+01:00',
    '2026-10-25T03:00+01:00',
  ])
})

test.each([
  ['0 8 * * mon-fri', '2026-11-27T12:00:00Z', '2026-11-30T08:00+01:00'],
  ['0 8 * * 0', '2026-11-27T12:00:00Z', '2026-11-29T08:00+01:00'],
  ['0 8 1 * *', '2026-11-27T12:00:00Z', '2026-12-01T08:00+01:00'],
  ['5 7,19 1-7/3 1,7 *', '2026-11-27T12:00:00Z', '2027-01-01T07:05+01:00'],
  ['0 0 29 2 *', '2026-11-27T12:00:00Z', '2028-02-29T00:00+01:00'],
  // as in cron: the 13th, and every Friday
  ['0 0 13 * fri', '2026-11-28T12:00:00Z', '2026-12-04T00:00+01:00'],
])('%s after %s is due at %s', (text, after, at) => {
  expect(due(text, 'Europe/Vienna', after, 1)).toEqual([at])
})

test.each([
  '* * * * *',
  '*/5 8 * * *',
  '0 24 * * *',
  '0 8 * *',
  '0 8 0 * *',
  '0 8 31 2 *',
  '0 8 * * 8',
  '0 9-8 * * *',
  '60 8 * * *',
  '0 8 * jan *',
  '0 */0 * * *',
])('%s is refused', (text) => {
  expect(() => parseCron(text)).toThrow(RangeError)
})

const zones = [
  'Europe/Vienna',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Africa/Cairo',
  'America/Havana',
  'Pacific/Apia',
  'UTC',
]
const day = 86_400_000

test('every day has exactly one due time, whatever clocks do', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      fc.integer({ min: 15_000, max: 21_000 }),
      (zone, hour, minute, from) => {
        const cron = parseCron(`${minute} ${hour} * * *`)
        let at = Temporal.Instant.fromEpochMilliseconds(from * day)
        const dates: string[] = []
        for (let index = 0; index < 40; index += 1) {
          const next = nextDue(cron, zone, at) as Temporal.Instant
          expect(next.epochMilliseconds).toBeGreaterThan(at.epochMilliseconds)
          const wall = next.toZonedDateTimeISO(zone)
          // later than written only where the written time does not exist
          const written = wall.toPlainDate().toPlainDateTime({ hour, minute })
          const exists = written.toZonedDateTime(zone, { disambiguation: 'earlier' }).toPlainDateTime().equals(written)
          expect(wall.hour === hour && wall.minute === minute).toBe(exists)
          dates.push(wall.toPlainDate().toString())
          at = next
        }
        expect(new Set(dates).size).toBe(40)
      },
    ),
    { numRuns: 60 },
  )
})
