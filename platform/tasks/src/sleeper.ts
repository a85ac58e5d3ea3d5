/** Lets a loop sleep until there is work. */
export interface Sleeper {
  /** Ends the current sleep; if nothing sleeps, the next sleep ends at once. */
  readonly wake: () => void
  readonly sleep: (timeoutMs: number) => Promise<void>
}

/** Makes a sleeper; its timers do not keep the process alive. */
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
