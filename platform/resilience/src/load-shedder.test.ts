import { expect, test } from 'vitest'
import { loadShedder, type LoadPriority } from './load-shedder.ts'
import type { Time } from './time.ts'

/** A time whose timers fire when told to, that late. */
function lateTime() {
  let nowMs = 0
  let waiting: { callback: () => void; atMs: number } | undefined
  const time: Time = {
    nowMs: () => nowMs,
    epochMs: () => nowMs,
    setTimer: (callback, delayMs) => {
      waiting = { callback, atMs: nowMs + delayMs }
      return {}
    },
    clearTimer: () => (waiting = undefined),
  }
  return {
    time,
    fire(lateMs: number) {
      const due = waiting
      nowMs = (due?.atMs ?? 0) + lateMs
      due?.callback()
    },
    isMeasuring: () => waiting !== undefined,
  }
}

const fill = (shedder: ReturnType<typeof loadShedder>, priority: LoadPriority = 'high') => {
  let taken = 0
  while (shedder.tryEnter(priority)) taken += 1
  return taken
}

test('takes 512 requests at once, and the next when one has left', () => {
  const shedder = loadShedder({ time: lateTime().time })
  expect(fill(shedder)).toBe(512)
  expect(shedder.isFull('high')).toBe(true)
  shedder.leave()
  expect(fill(shedder)).toBe(1)
  expect(shedder.snapshot()).toEqual({ limit: 512, inProgress: 512, refused: { low: 0, normal: 0, high: 2, share: 0 } })
})

test('while the event loop is behind it takes 128, which the bulkhead of one caller does not reach', () => {
  const late = lateTime()
  const shedder = loadShedder({ time: late.time })
  late.fire(900)
  expect(shedder.isFull('high')).toBe(false)
  late.fire(900)
  expect(fill(shedder)).toBe(128)
  late.fire(0)
  late.fire(0)
  expect(fill(shedder)).toBe(512 - 128)
  shedder.close()
  expect(late.isMeasuring()).toBe(false)
})

test('the limit follows the latency that is recorded', () => {
  const late = lateTime()
  const shedder = loadShedder({ time: late.time })
  for (const latencyMs of [5, 1_000, 1_000]) {
    const entered = fill(shedder)
    for (let count = 0; count < entered; count++) {
      shedder.record('price', latencyMs)
      shedder.leave()
    }
    late.fire(0)
  }
  expect(shedder.snapshot().limit).toBe(256)
  expect(fill(shedder)).toBe(256)
})

test('the least important requests are refused first', () => {
  const shedder = loadShedder({ cap: 20, time: lateTime().time })
  expect([fill(shedder, 'low'), fill(shedder, 'normal'), fill(shedder, 'high')]).toEqual([15, 3, 2])
  expect(shedder.snapshot().refused).toEqual({ low: 1, normal: 1, high: 1, share: 0 })
})

test('a process with one place serves every priority', () => {
  const shedder = loadShedder({ cap: 1, time: lateTime().time })
  for (const priority of ['low', 'normal', 'high'] as const) {
    expect(fill(shedder, priority)).toBe(1)
    shedder.leave()
  }
})

const enter = (shedder: ReturnType<typeof loadShedder>, caller: string, priority: 'normal' | 'high' = 'normal') => {
  if (!shedder.tryEnter(priority)) return false
  if (shedder.tryAssign(caller, priority)) return true
  shedder.leave()
  return false
}
const fillAs = (shedder: ReturnType<typeof loadShedder>, caller: string, priority?: 'high') => {
  let taken = 0
  while (enter(shedder, caller, priority)) taken += 1
  return taken
}

test('one caller cannot take the places that others need', () => {
  const shedder = loadShedder({ cap: 100, time: lateTime().time })
  expect(fillAs(shedder, 'one')).toBe(60)
  expect(fillAs(shedder, 'two')).toBe(30)
  expect(shedder.snapshot()).toMatchObject({ inProgress: 90, refused: { share: 1, normal: 1 } })
})

test('one account leaves places for reads without a token, and a service that calls comes before these', () => {
  const shedder = loadShedder({ cap: 100, time: lateTime().time })
  fillAs(shedder, 'one')
  expect(fill(shedder, 'low')).toBe(15)
  const called = loadShedder({ cap: 100, time: lateTime().time })
  expect(fillAs(called, 'service:order', 'high')).toBe(75)
})

test('shares are counted by the callers of the moment, and each has at least one place', () => {
  const shedder = loadShedder({ cap: 40, time: lateTime().time })
  expect(fillAs(shedder, 'one')).toBe(24)
  for (let count = 0; count < 6; count++) expect(enter(shedder, `other ${count}`)).toBe(true)
  for (let count = 0; count < 24; count++) shedder.leave('one')
  for (let count = 0; count < 6; count++) shedder.leave(`other ${count}`)
  expect(shedder.snapshot().inProgress).toBe(0)
  expect(fillAs(shedder, 'other 1')).toBe(24)
})
