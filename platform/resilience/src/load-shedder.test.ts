import { expect, test } from 'vitest'
import { loadShedder } from './load-shedder.ts'
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

const fill = (shedder: ReturnType<typeof loadShedder>) => {
  let taken = 0
  while (shedder.tryEnter()) taken += 1
  return taken
}

test('takes 512 requests at once, and the next when one has left', () => {
  const shedder = loadShedder({ time: lateTime().time })
  expect(fill(shedder)).toBe(512)
  expect(shedder.isFull()).toBe(true)
  shedder.leave()
  expect(fill(shedder)).toBe(1)
})

test('while the event loop is behind it takes 128, which the bulkhead of one caller does not reach', () => {
  const late = lateTime()
  const shedder = loadShedder({ time: late.time })
  late.fire(900)
  expect(shedder.isFull()).toBe(false)
  late.fire(900)
  expect(fill(shedder)).toBe(128)
  late.fire(0)
  late.fire(0)
  expect(fill(shedder)).toBe(512 - 128)
  shedder.close()
  expect(late.isMeasuring()).toBe(false)
})
