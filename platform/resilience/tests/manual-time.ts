import type { Time, Timer } from '../src/time.ts'

interface ManualTimer extends Timer {
  readonly dueMs: number
  readonly callback: () => void
}

/** Time that stands still until a test moves it; both clocks start at 1,000,000 ms. */
export interface ManualTime extends Time {
  /** Moves the clocks on, fires what falls due in its order, and lets promises settle after each. */
  readonly advance: (byMs: number) => Promise<void>
  readonly timersSet: () => number
}

export function manualTime(): ManualTime {
  let atMs = 1_000_000
  const timers = new Set<ManualTimer>()

  function nextDue(untilMs: number): ManualTimer | undefined {
    let first: ManualTimer | undefined
    for (const timer of timers) if (timer.dueMs <= untilMs && timer.dueMs < (first?.dueMs ?? Infinity)) first = timer
    return first
  }

  return {
    nowMs: () => atMs,
    epochMs: () => atMs,
    setTimer: (callback, delayMs) => {
      const timer = { dueMs: atMs + delayMs, callback, unref: () => undefined }
      timers.add(timer)
      return timer
    },
    clearTimer: (timer) => void timers.delete(timer as ManualTimer),
    timersSet: () => timers.size,
    advance: async (byMs) => {
      const untilMs = atMs + byMs
      await settled()
      for (let due = nextDue(untilMs); due !== undefined; due = nextDue(untilMs)) {
        timers.delete(due)
        atMs = due.dueMs
        due.callback()
        await settled()
      }
      atMs = untilMs
    },
  }
}

/** Resolves once every promise that can settle by itself has. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
