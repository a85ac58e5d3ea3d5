import type { TicketPriority } from '@stoa/contracts/support/resources'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { businessMsBetween } from './business-hours.ts'
import { changeSla, findBreaches, noteBreaches, startSla, type Sla, type SlaMove, type SlaPolicy } from './sla.ts'

const hour = 3_600_000
const byPriority = (urgent: number) => ({
  urgent: urgent * hour,
  high: 2 * urgent * hour,
  normal: 4 * urgent * hour,
  low: 8 * urgent * hour,
})
const policy: SlaPolicy = {
  hours: {
    timeZone: 'Europe/Vienna',
    days: new Set([1, 2, 3, 4, 5]),
    opensAt: Temporal.PlainTime.from('09:00'),
    closesAt: Temporal.PlainTime.from('17:00'),
    holidays: new Set(['2026-10-26']),
  },
  targetMs: { first_response: byPriority(1), resolution: byPriority(8) },
}
const at = (local: string) => Temporal.PlainDateTime.from(local).toZonedDateTime('Europe/Vienna').toInstant()
const change = (sla: Sla, now: Temporal.Instant, move: Partial<SlaMove> = {}) =>
  changeSla(policy, sla, { priority: 'urgent', isRunning: true, ...move }, now)

test('a new ticket has its goals by its priority, over the night and a holiday', () => {
  const sla = startSla(policy, 'high', at('2026-10-23T16:00'))
  expect(sla.goals.first_response).toEqual({ dueAt: at('2026-10-27T10:00') })
  expect(sla.goals.resolution).toEqual({ dueAt: at('2026-10-28T16:00') })
})

test('the clock stops while the ticket waits for the customer', () => {
  const sla = startSla(policy, 'urgent', at('2026-10-27T09:00'))
  const paused = change(sla, at('2026-10-27T09:30'), { isRunning: false, met: ['first_response'] }).sla
  expect(paused.goals.resolution).toEqual({})
  expect(findBreaches(paused, at('2027-10-27T09:00'))).toEqual([])
  const resumed = change(paused, at('2026-11-03T12:00')).sla
  // half an hour of eight was used
  expect(resumed.goals.resolution).toEqual({ dueAt: at('2026-11-04T11:30') })
})

test('a goal is breached once, also if the late reply itself shows it', () => {
  const sla = startSla(policy, 'urgent', at('2026-10-27T09:00'))
  const late = at('2026-10-27T10:01')
  const noted = noteBreaches(sla, late)
  expect(noted.breaches).toEqual([{ goal: 'first_response', dueAt: at('2026-10-27T10:00') }])
  expect(noteBreaches(noted.sla, at('2026-10-27T11:00')).breaches).toEqual([])
  const replied = change(sla, late, { isRunning: false, met: ['first_response'] })
  expect(replied.breaches).toEqual(noted.breaches)
  expect(replied.sla.goals.first_response).toMatchObject({ metAt: late, breachedAt: late })
  expect(change(replied.sla, at('2026-10-29T10:00')).breaches).toEqual([])
})

test('a goal that is reached in its last moment is not breached', () => {
  const sla = startSla(policy, 'urgent', at('2026-10-27T09:00'))
  expect(change(sla, at('2026-10-27T10:00'), { met: ['first_response'] }).breaches).toEqual([])
})

test('a reopened ticket has what was left of its time', () => {
  const sla = startSla(policy, 'urgent', at('2026-10-27T09:00'))
  const both = ['first_response', 'resolution'] as const
  const resolved = change(sla, at('2026-10-27T09:45'), { isRunning: false, met: both }).sla
  const reopened = change(resolved, at('2026-11-03T09:00'), { unmet: ['resolution'] }).sla
  expect(reopened.goals.resolution).toEqual({ dueAt: at('2026-11-03T16:15') })
  expect(reopened.goals.first_response.metAt).toEqual(at('2026-10-27T09:45'))
})

test('a higher priority shortens what is left; time that is used stays used', () => {
  const sla = startSla(policy, 'normal', at('2026-10-27T09:00'))
  const { sla: raised } = change(sla, at('2026-10-27T12:00'))
  // three hours were used, one was allowed: it is due now
  expect(raised.goals.first_response).toEqual({ dueAt: at('2026-10-27T12:00') })
  expect(raised.goals.resolution).toEqual({ dueAt: at('2026-10-27T17:00') })
})

test('after any pauses the clock has used the business time in which it ran', () => {
  const steps = fc.array(fc.record({ minutes: fc.integer({ min: 1, max: 5_000 }), isRunning: fc.boolean() }), {
    maxLength: 12,
  })
  const start = at('2026-10-20T08:00')
  // a millisecond longer, so that no goal is due in the last moment of a day, after which no business time passes
  const odd = Object.fromEntries(
    Object.entries(policy.targetMs).map(([goal, targets]) => [
      goal,
      Object.fromEntries(Object.entries(targets).map(([priority, ms]) => [priority, ms + 1])),
    ]),
  ) as SlaPolicy['targetMs']
  const oddPolicy = { ...policy, targetMs: odd }
  fc.assert(
    fc.property(steps, fc.constantFrom<TicketPriority>('low', 'normal', 'high', 'urgent'), (moves, priority) => {
      let sla = startSla(oddPolicy, priority, start)
      let now = start
      let used = 0
      let isRunning = true
      const breached: string[] = []
      for (const step of moves) {
        const next = now.add({ minutes: step.minutes })
        if (isRunning) used += businessMsBetween(policy.hours, now, next)
        const changed = changeSla(oddPolicy, sla, { priority, isRunning: step.isRunning }, next)
        breached.push(...changed.breaches.map(({ goal }) => goal))
        ;({ sla } = changed)
        isRunning = step.isRunning
        now = next
        expect(sla.usedMs).toBe(used)
        for (const goal of ['first_response', 'resolution'] as const) {
          expect(breached.filter((each) => each === goal).length).toBe(used > odd[goal][priority] ? 1 : 0)
        }
      }
    }),
    { numRuns: 60 },
  )
})
