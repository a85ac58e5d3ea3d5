import { wholeNumber } from './settings.ts'
import { systemTime, type Time, type Timer } from './time.ts'

/** Settings of a load shedder. */
export interface LoadShedderOptions {
  /** Requests in progress at once (512): several times what the bulkhead of one caller sends. */
  readonly maxInProgress?: number
  /** The same while the process is behind (128): still more than the bulkhead of one caller (100). */
  readonly maxWhileBehind?: number
  /** Lag of the event loop from which the process is behind, in milliseconds (500). */
  readonly lagMs?: number
  readonly time?: Time
}

/** Limits the requests that a process has in progress. */
export interface LoadShedder {
  /** Takes a place; returns false if the request must be refused. */
  readonly tryEnter: () => boolean
  /** Returns whether the next request would be refused. */
  readonly isFull: () => boolean
  /** Gives the place back; exactly once for each that was taken. */
  readonly leave: () => void
  readonly close: () => void
}

const sampleMs = 250

/**
 * Makes a load shedder: work that is refused at once costs little, work that waits in a queue until its caller has given
 * up costs all it would have cost. The lag of the event loop is how late its timers fire: the time that requests wait in
 * its queue. One long pause is no sign of overload, so the lag is averaged with its last value.
 */
export function loadShedder(options: LoadShedderOptions = {}): LoadShedder {
  const { lagMs: limitMs = 500, time = systemTime } = options
  const most = wholeNumber('maxInProgress', options.maxInProgress ?? 512, 1)
  const mostWhileBehind = wholeNumber('maxWhileBehind', options.maxWhileBehind ?? Math.min(128, most), 1)
  let inProgress = 0
  let lagMs = 0
  let timer: Timer
  const measure = () => {
    const dueMs = time.nowMs() + sampleMs
    timer = time.setTimer(() => {
      lagMs = (lagMs + Math.max(0, time.nowMs() - dueMs)) / 2
      measure()
    }, sampleMs)
    timer.unref?.()
  }
  measure()
  const isFull = () => inProgress >= (lagMs >= limitMs ? mostWhileBehind : most)
  return {
    isFull,
    tryEnter() {
      if (isFull()) return false
      inProgress += 1
      return true
    },
    leave: () => void (inProgress -= 1),
    close: () => time.clearTimer(timer),
  }
}
