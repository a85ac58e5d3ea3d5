import fc from 'fast-check'
import { expect, test } from 'vitest'
import { adaptiveLimit } from './adaptive-limit.ts'
import { simulateLoad } from '../tests/simulate-load.ts'

const seconds = 1_000

test('at three times its capacity a busy processor keeps its throughput, and its latency is a small part of that of a fixed limit', () => {
  // one request at a time, 4 ms each: 250 in a second
  const server = { places: 1, serviceMs: () => 4, perSecond: () => 750, durationMs: 60 * seconds }
  const adaptive = simulateLoad(server, adaptiveLimit())
  const fixed = simulateLoad(server, adaptiveLimit({ floor: 512 }))
  const late = adaptive.between(10 * seconds, 60 * seconds)
  expect(late.perSecond).toBeGreaterThan(245)
  expect(late.p99Ms).toBeLessThan(600)
  expect(fixed.between(10 * seconds, 60 * seconds).p99Ms).toBeGreaterThan(2_000)
})

test('a service that mostly waits converges near what keeps it busy', () => {
  // 50 at once, 50 ms each: 1,000 in a second
  const server = { places: 50, serviceMs: () => 50, perSecond: () => 3_000, durationMs: 60 * seconds }
  const { between, limitAt } = simulateLoad(server, adaptiveLimit())
  const late = between(10 * seconds, 60 * seconds)
  expect(late.perSecond).toBeGreaterThan(980)
  expect(late.p99Ms).toBeLessThan(500)
  for (const second of [10, 20, 30, 40, 50]) {
    expect(limitAt(second * seconds)).toBeGreaterThan(50)
    expect(limitAt(second * seconds)).toBeLessThan(450)
  }
})

test('refuses nothing within its capacity, and recovers after a slow period', () => {
  // twenty times slower for 20 s: it then serves at most 125 in a second, and 500 arrive
  const isSlow = (atMs: number) => atMs >= 20 * seconds && atMs < 40 * seconds
  const server = {
    places: 50,
    serviceMs: (atMs: number) => (isSlow(atMs) ? 400 : 20),
    perSecond: () => 500,
    durationMs: 80 * seconds,
  }
  const { between, limitAt } = simulateLoad(server, adaptiveLimit())
  expect(between(0, 20 * seconds).refused).toBe(0)
  expect(limitAt(39 * seconds)).toBeLessThan(200)
  expect(between(30 * seconds, 40 * seconds).perSecond).toBeGreaterThan(100)
  const after = between(45 * seconds, 80 * seconds)
  expect(after.refused).toBe(0)
  expect(after.p99Ms).toBeLessThan(50)
  expect(limitAt(79 * seconds)).toBe(512)
})

test('accepts that a service has become slower for a reason that a smaller limit does not change', () => {
  // from now on each request waits 300 ms for another service, which takes any number
  const server = {
    places: 10_000,
    serviceMs: (atMs: number) => (atMs < 20 * seconds ? 10 : 300),
    perSecond: () => 500,
    durationMs: 80 * seconds,
  }
  const { between } = simulateLoad(server, adaptiveLimit())
  expect(between(50 * seconds, 80 * seconds)).toMatchObject({ refused: 0 })
})

test('a change of the mix of requests is no overload', () => {
  const limit = adaptiveLimit()
  for (let window = 0; window < 100; window++) {
    const slow = window < 50 ? 6 : 94
    for (let count = 0; count < 100; count++) {
      if (count < slow) limit.record('report', 200)
      else limit.record('price', 1)
    }
    limit.endWindow(100)
    expect(limit.limit()).toBe(512)
  }
})

test('one slow window does not lower the limit, the second does', () => {
  const limit = adaptiveLimit()
  const window = (latencyMs: number) => {
    for (let count = 0; count < 100; count++) limit.record('price', latencyMs)
    limit.endWindow(100)
    return limit.limit()
  }
  expect([window(5), window(500), window(5), window(500), window(500)]).toEqual([512, 512, 512, 512, 64])
})

test('the limit is always between floor and cap, whatever is measured', () => {
  const windows = fc.array(
    fc.record({
      latencies: fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 60 }),
      peak: fc.nat(2_000),
    }),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(windows, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 50, max: 600 }), (all, floor, cap) => {
      const limit = adaptiveLimit({ floor, cap })
      for (const { latencies, peak } of all) {
        for (const [index, latencyMs] of latencies.entries()) limit.record(String(index % 3), latencyMs)
        limit.endWindow(peak)
        expect(limit.limit()).toBeGreaterThanOrEqual(floor)
        expect(limit.limit()).toBeLessThanOrEqual(cap)
      }
    }),
  )
})
