/** Lets a loop sleep until there is something to do. */
export interface Waker {
  /** Ends the current sleep; if nothing sleeps, the next sleep ends at once. */
  readonly wake: () => void
  /** Wakes, and ends a rest as well. */
  readonly hurry: () => void
  /** Returns whether it was woken, now or before; false after the whole time. */
  readonly sleep: (timeoutMs: number) => Promise<boolean>
  /** Sleeps through wake-ups to collect more work; only `hurry` ends it. */
  readonly rest: (timeoutMs: number) => Promise<void>
}

/** Makes a waker; its timers do not keep the process alive. */
export function makeWaker(): Waker {
  let isAwake = false
  let isHurried = false
  let endSleep: (() => void) | undefined
  let endRest: (() => void) | undefined
  const wake = () => {
    isAwake = true
    endSleep?.()
  }
  return {
    wake,
    hurry() {
      isHurried = true
      endRest?.()
      wake()
    },
    async sleep(timeoutMs) {
      if (!isAwake) await pause(timeoutMs, (end) => (endSleep = end))
      endSleep = undefined
      const wasWoken = isAwake
      isAwake = false
      return wasWoken
    },
    async rest(timeoutMs) {
      if (!isHurried) await pause(timeoutMs, (end) => (endRest = end))
      endRest = undefined
      isHurried = false
    },
  }
}

function pause(timeoutMs: number, endedBy: (end: () => void) => void): Promise<void> {
  return new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs).unref()
    endedBy(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
