/** Lets a loop sleep until there is something to do. */
export interface Waker {
  /** Ends the present sleep or, when there is none, the next one. */
  readonly wake: () => void
  readonly sleep: (timeoutMs: number) => Promise<void>
}

/** Makes a waker; its timers don't keep the process alive. */
export function makeWaker(): Waker {
  let isAwake = false
  let end: (() => void) | undefined
  return {
    wake() {
      isAwake = true
      end?.()
    },
    async sleep(timeoutMs) {
      if (!isAwake) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs).unref()
          end = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      end = undefined
      isAwake = false
    },
  }
}
