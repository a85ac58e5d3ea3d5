/** A timer that was set; `unref` lets the process end although it is still to fire. */
export interface Timer {
  readonly unref?: () => unknown
}

/** The time source of policies; passed in, so that tests can control it. */
export interface Time {
  /** Monotonic milliseconds from an arbitrary start, for durations: never moved by a change of the clock. */
  readonly nowMs: () => number
  /** Milliseconds since the epoch, for deadlines, which travel between machines. */
  readonly epochMs: () => number
  readonly setTimer: (callback: () => void, delayMs: number) => Timer
  readonly clearTimer: (timer: Timer) => void
}

const longestTimerMs = 2 ** 31 - 1

/** The machine's monotonic clock in milliseconds. */
export const monotonicMs = (): number => performance.now()

/** The machine's clocks and timers. */
export const systemTime: Time = {
  nowMs: monotonicMs,
  epochMs: () => Date.now(),
  // Node fires a longer timer after 1 ms.
  setTimer: (callback, delayMs) => setTimeout(callback, Math.min(delayMs, longestTimerMs)),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
}

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function sleep(time: Time, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      time.clearTimer(timer)
      reject(signal?.reason)
    }
    const timer = time.setTimer(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, delayMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
