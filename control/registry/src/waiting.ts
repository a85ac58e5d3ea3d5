/** Those who wait for a change of the registry. */
export interface Waiting {
  /** Resolves at the next change in this process, after `timeoutMs`, or when the signal is aborted. */
  readonly next: (timeoutMs: number, signal: AbortSignal) => Promise<void>
  readonly wake: () => void
}

/** Makes an empty line of those who wait; who has waited leaves nothing behind, on its signal either. */
export function makeWaiting(): Waiting {
  const waiting = new Set<() => void>()
  return {
    next: (timeoutMs, signal) =>
      new Promise((resolve) => {
        const end = () => {
          waiting.delete(end)
          clearTimeout(timer)
          signal.removeEventListener('abort', end)
          resolve()
        }
        const timer = setTimeout(end, timeoutMs)
        signal.addEventListener('abort', end)
        waiting.add(end)
        if (signal.aborted) end()
      }),
    wake() {
      for (const end of waiting) end()
    },
  }
}
