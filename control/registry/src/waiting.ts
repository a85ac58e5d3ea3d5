/** Those who wait for a change of the registry. */
export interface Waiting {
  /** Resolves at the next change in this process, after `timeoutMs`, or when the signal is aborted. */
  readonly next: (timeoutMs: number, signal: AbortSignal) => Promise<void>
  readonly wake: () => void
}

/** Makes an empty line of those who wait. */
export function makeWaiting(): Waiting {
  let { promise, resolve } = Promise.withResolvers<void>()
  return {
    async next(timeoutMs, signal) {
      const end = Promise.withResolvers<void>()
      const timer = setTimeout(end.resolve, timeoutMs)
      signal.addEventListener('abort', () => end.resolve(), { once: true })
      await Promise.race([promise, end.promise])
      clearTimeout(timer)
    },
    wake() {
      resolve()
      ;({ promise, resolve } = Promise.withResolvers<void>())
    },
  }
}
