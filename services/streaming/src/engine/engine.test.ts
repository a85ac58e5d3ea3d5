import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventAt, evaluate, given, runInMemory } from '../../tests/stream-kit.ts'
import { orders } from '../streams/orders.ts'
import { payments } from '../streams/payments.ts'
import { merge } from './fold.ts'
import { watermarkOf } from './watermark.ts'

const order = (time: string | number, type: string, amount: number, currency = 'EUR') =>
  eventAt(time, type, { total: { amount, currency } })

test('orders are counted by minute and currency', () => {
  const results = given(
    orders,
    [order('2026-11-29T12:00:01Z', 'order.created', 1999), order('2026-11-29T12:00:02Z', 'order.confirmed', 1999)],
    [
      order('2026-11-29T12:00:59.999Z', 'order.confirmed', 500),
      order('2026-11-29T12:01:00Z', 'order.confirmed', 7),
      order('2026-11-29T12:00:30Z', 'order.confirmed', 90, 'USD'),
    ],
  ).results()
  expect(results).toEqual({
    '2026-11-29T12:00:00.000Z [["currency","EUR"]]': { placed: 1, confirmed: 2, revenue: 2499 },
    '2026-11-29T12:00:00.000Z [["currency","USD"]]': { placed: 0, confirmed: 1, revenue: 90 },
    '2026-11-29T12:01:00.000Z [["currency","EUR"]]': { placed: 0, confirmed: 1, revenue: 7 },
  })
})

test('payments are counted by their outcome', () => {
  const payment = (type: string) => eventAt('2026-11-29T12:00:01Z', type, { amount: { amount: 1, currency: 'EUR' } })
  const events = [payment('payment.completed'), payment('payment.failed'), payment('payment.completed')]
  expect(given(payments, events).results()).toEqual({
    '2026-11-29T12:00:00.000Z [["currency","EUR"]]': { completed: 2, failed: 1 },
  })
})

test('an event within the bound corrects its window, and one beyond it is kept beside the results', () => {
  const [early, atEnd] = [Date.parse('2026-11-29T12:00:30Z'), Date.parse('2026-11-30T12:01:00Z')]
  const run = runInMemory(orders, [
    [order(early, 'order.confirmed', 1), order(early, 'order.confirmed', 2), order(early, 'order.confirmed', 4)],
  ])
  run.read(0, 1)
  run.advance(atEnd - 1)
  run.read(0, 1)
  expect(Object.values(run.results())).toEqual([{ placed: 0, confirmed: 2, revenue: 3 }])
  expect(run.late()).toBe(0)
})

test('a measure that only a newer release knows stays as it is', () => {
  const before = { placed: 1, confirmed: 1, revenue: 5, refunded: 7 }
  expect(merge(orders, before, { placed: 1, confirmed: 0, revenue: 0 })).toEqual({ ...before, placed: 2 })
})

test('a watermark is that of the partition furthest behind, and none while one was not begun', () => {
  expect(watermarkOf([], 100)).toBeUndefined()
  expect(watermarkOf([{ isCaughtUp: true, latestMs: undefined }], 100)).toBe(100)
  expect(
    watermarkOf(
      [
        { isCaughtUp: true, latestMs: 10 },
        { isCaughtUp: false, latestMs: 40 },
      ],
      100,
    ),
  ).toBe(40)
  expect(watermarkOf([{ isCaughtUp: false, latestMs: undefined }], 100)).toBeUndefined()
})

const startMs = Date.parse('2026-11-29T12:00:00Z')
const bound = { ...orders, window: { sizeMs: 60_000, latenessMs: 120_000 } }

/** Events of several partitions, each at most as late in its partition as the bound; and what is done with them. */
const history = fc.record({
  partitions: fc.array(
    fc.array(
      fc.record({
        stepMs: fc.integer({ min: 0, max: 90_000 }),
        behindMs: fc.integer({ min: 0, max: 120_000 }),
        isConfirmed: fc.boolean(),
        amount: fc.integer({ min: 0, max: 10_000 }),
        currency: fc.constantFrom('EUR', 'USD'),
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

test('any order within the bound, any batches and any crash have the result of the whole history', () => {
  fc.assert(
    fc.property(history, ({ partitions: drawn, steps }) => {
      const partitions = drawn.map((events) => {
        let nowMs = startMs
        return events.map(({ stepMs, behindMs, isConfirmed, amount, currency }) => {
          nowMs += stepMs
          return order(nowMs - behindMs, isConfirmed ? 'order.confirmed' : 'order.created', amount, currency)
        })
      })
      const run = runInMemory(bound, partitions)
      for (const step of steps) {
        // The whole log is there from the beginning, so a partition that was read to its end holds nothing back.
        if (step.kind === 'advance') run.advance(Number.MAX_SAFE_INTEGER)
        else run.read(step.partition % partitions.length, step.most, step.crashes)
      }
      partitions.forEach((events, index) => run.read(index, events.length))
      expect(run.results()).toEqual(evaluate(bound, partitions.flat()))
      expect(run.late()).toBe(0)
    }),
    { numRuns: 300 },
  )
})
