/** Lets a loop sleep until there is something to do. */
export interface Sleeper {
  /** Ends the present sleep or, when there is none, the next one. */
  readonly wake: () => void
  readonly sleep: (timeoutMs: number) => Promise<void>
}

/** Makes a sleeper; its timers don't keep the process alive. */
export function makeSleeper(): Sleeper {
  let isAwake = false
  let end: (() => void) | undefined
  return {
    wake() {
      isAwake = true
      end?.()
    },
    async sleep(timeoutMs) {
      if (!isAwake) {
        const { promise, resolve } = Promise.withResolvers<void>()
        const timer = setTimeout(resolve, timeoutMs).unref()
        end = () => {
          clearTimeout(timer)
          resolve()
        }
        await promise
      }
      end = undefined
      isAwake = false
    },
  }
}
