import { expect, test } from 'vitest'
import { correctedDue, daysOf, findInvalidSchedule, planDue, scheduledContent } from './schedule.ts'

const today = Temporal.PlainDate.from('2026-03-01')

test.each([
  ['yesterday', '2026-02-28', '2026-03-01'],
  ['last-7-days', '2026-02-22', '2026-03-01'],
  // the first of March is a Sunday
  ['last-week', '2026-02-16', '2026-02-23'],
  ['last-month', '2026-02-01', '2026-03-01'],
  ['month-to-date', '2026-02-01', '2026-03-01'],
] as const)('%s of the first of March begins on %s', (period, from, to) => {
  expect(daysOf(period, today)).toEqual({ from, to })
})

const daily = { cron: '30 2 * * *', timeZone: 'Europe/Vienna' }
const at = (text: string) => Temporal.Instant.from(text)

test('of several due times that have passed the latest is made, and the others are missed', () => {
  const plan = planDue(daily, at('2026-10-23T00:30:00Z'), at('2026-10-26T12:00:00Z'))
  expect(plan.missed.map(String)).toEqual(['2026-10-23T00:30:00Z', '2026-10-24T00:30:00Z', '2026-10-25T00:30:00Z'])
  expect([String(plan.due), String(plan.nextAt)]).toEqual(['2026-10-26T01:30:00Z', '2026-10-27T01:30:00Z'])
})

test('a due time that is seen in time misses nothing', () => {
  const plan = planDue(daily, at('2026-03-29T01:30:00Z'), at('2026-03-29T01:30:10Z'))
  expect([plan.missed, String(plan.due), String(plan.nextAt)]).toEqual([
    [],
    '2026-03-29T01:30:00Z',
    '2026-03-30T00:30:00Z',
  ])
})

test('the period ends with the day in the zone of the schedule', () => {
  const schedule = { title: 'Any', template: 'sales', language: 'de', period: 'yesterday' } as const
  const content = scheduledContent(
    { ...schedule, formats: ['csv'], timeZone: 'Asia/Tokyo' },
    at('2026-11-29T22:00:00Z'),
  )
  expect(content).toMatchObject({
    title: 'Any',
    template: 'sales',
    from: '2026-11-29',
    to: '2026-11-30',
    language: 'de',
  })
})

const request = { title: 'Any', cron: '0 8 * * *', timeZone: 'UTC', period: 'yesterday' } as const
const query = { measures: ['units' as const] }

test.each([
  [{}, 'not both'],
  [{ template: 'sales' as const, query }, 'not both'],
  [{ template: 'sales' as const, chart: { x: 'day', y: 'units' } }, 'chart of its own'],
  [{ query, currency: 'EUR' }, 'filters'],
  [{ template: 'sales' as const, currency: 'ZZZ' }, 'ISO 4217'],
  [{ query, timeZone: 'Mars/Base' }, 'time zone'],
  [{ query, cron: '* 8 * * *' }, 'minute'],
  [{ query, chart: { x: 'day', y: 'units' } }, 'no column day'],
])('%j is refused', (given, detail) => {
  expect(findInvalidSchedule({ ...request, ...given }, at('2026-11-29T22:00:00Z'))?.detail).toContain(detail)
})

test('a schedule of a query is accepted', () => {
  expect(findInvalidSchedule({ ...request, query }, at('2026-11-29T22:00:00Z'))).toBeUndefined()
})

test.each([
  ['the next one', '2026-11-30T08:00:00Z', undefined],
  ['one period ahead, as a replica whose clock is behind sees it', '2026-12-01T08:00:00Z', undefined],
  ['two periods ahead', '2026-12-02T08:00:00Z', '2026-11-30T08:00:00Z'],
  ['years ahead', '2031-01-01T08:00:00Z', '2026-11-30T08:00:00Z'],
  ['passed', '2026-11-28T08:00:00Z', undefined],
])('a next due time that is %s: %s is set to %s', (_, nextAt, corrected) => {
  expect(correctedDue(request, at(nextAt), at('2026-11-29T22:00:00Z'))?.toString()).toBe(corrected)
})
