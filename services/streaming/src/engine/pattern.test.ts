import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluateHistory, matchInMemory } from '../../tests/pattern-kit.ts'
import { eventAt } from '../../tests/stream-kit.ts'
import { failedPayments } from '../streams/failed-payments.ts'
import { times } from './count-pattern.ts'
import { evaluateKey, mostMarks } from './match-key.ts'

const failed = (time: string | number, customerId = 'ann') => eventAt(time, 'payment.failed', { customerId })
const ann = '[["customerId","ann"]]'

test('three failed payments of one customer within 5 minutes match, once', () => {
  const events = [
    failed('2026-11-29T12:00:00Z'),
    failed('2026-11-29T12:01:00Z', 'bob'),
    failed('2026-11-29T12:02:00Z'),
    failed('2026-11-29T12:05:00Z'),
    failed('2026-11-29T12:05:01Z'),
    failed('2026-11-29T12:11:00Z'),
  ]
  const run = matchInMemory(failedPayments, [events])
  run.read(0, 3)
  expect(run.matches()).toEqual({})
  run.read(0, 3)
  expect(run.matches()).toEqual({ [ann]: [[events[0]?.id, events[2]?.id, events[3]?.id]] })
})

test('an event that arrives late replaces a match, and one beyond the bound is kept beside the results', () => {
  const events = [
    failed('2026-11-29T12:01:00Z'),
    failed('2026-11-29T12:02:00Z'),
    failed('2026-11-29T12:03:00Z'),
    failed('2026-11-29T12:00:00Z'),
    failed('2026-11-29T12:00:30Z'),
  ]
  const run = matchInMemory(failedPayments, [events])
  run.read(0, 4)
  expect(run.matches()).toEqual({ [ann]: [[events[3]?.id, events[0]?.id, events[1]?.id]] })
  const ahead = matchInMemory(failedPayments, [events.slice(0, 3), events.slice(3)])
  ahead.read(0, 3)
  ahead.read(1, 1)
  expect(ahead.late()).toBe(0)
  const short = { ...failedPayments, pattern: times(3, { withinMs: 300_000, latenessMs: 60_000 }) }
  const late = matchInMemory(short, [events])
  late.read(0, 3)
  late.advance(Number.MAX_SAFE_INTEGER)
  late.read(0, 2)
  expect(late.late()).toBe(2)
  expect(late.matches()).toEqual({ [ann]: [events.slice(0, 3).map(({ id }) => id)] })
})

test('a key remembers no more than its limit, and counts what it drops', () => {
  const marks = Array.from({ length: mostMarks + 7 }, (_, n) => ({ id: String(n), atMs: n * 1_000_000, step: 'event' }))
  const { dropped, marks: kept } = evaluateKey(failedPayments, [], marks, -Infinity)
  expect([dropped, kept.length]).toEqual([7, mostMarks])
})

const startMs = Date.parse('2026-11-29T12:00:00Z')

/** Events of several partitions, each at most as late in its partition as the bound; and what is done with them. */
const history = fc.record({
  partitions: fc.array(
    fc.array(
      fc.record({
        stepMs: fc.integer({ min: 0, max: 90_000 }),
        behindMs: fc.integer({ min: 0, max: 120_000 }),
        customer: fc.constantFrom('ann', 'bob'),
      }),
      { maxLength: 30 },
    ),
    { minLength: 1, maxLength: 4 },
  ),
  steps: fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('read' as const),
        partition: fc.nat(3),
        most: fc.integer({ min: 1, max: 9 }),
        crashes: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('advance' as const) }),
    ),
    { maxLength: 80 },
  ),
})

test('any order within the bound, any batches and any crash have the matches of the whole history', () => {
  const bound = { ...failedPayments, pattern: times(3, { withinMs: 100_000, latenessMs: 120_000 }) }
  fc.assert(
    fc.property(history, ({ partitions: drawn, steps }) => {
      const partitions = drawn.map((events) => {
        let nowMs = startMs
        return events.map(({ stepMs, behindMs, customer }) => {
          nowMs += stepMs
          return failed(nowMs - behindMs, customer)
        })
      })
      const run = matchInMemory(bound, partitions)
      for (const step of steps) {
        // The whole log is there from the beginning, so a partition that was read to its end holds nothing back.
        if (step.kind === 'advance') run.advance(Number.MAX_SAFE_INTEGER)
        else run.read(step.partition % partitions.length, step.most, step.crashes)
      }
      partitions.forEach((events, index) => run.read(index, events.length))
      expect(run.matches()).toEqual(evaluateHistory(bound, partitions.flat()))
      expect(run.late()).toBe(0)
      run.advance(Number.MAX_SAFE_INTEGER)
      expect(run.matches()).toEqual(evaluateHistory(bound, partitions.flat()))
      expect(run.remembered()).toBe(0)
    }),
    { numRuns: 300 },
  )
})
