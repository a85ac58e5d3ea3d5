/** Limits concurrency; further calls wait in a queue. */
export type Limit = <T>(run: () => Promise<T>) => Promise<T>

export function makeLimit(atOnce: number): Limit {
  const waiting: (() => void)[] = []
  let free = atOnce
  return async (run) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}
