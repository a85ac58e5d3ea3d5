import { performance } from 'node:perf_hooks'
import { quantile } from './figure.ts'

/** A load: so many at once, each beginning the next when one has ended. */
export interface Load {
  readonly kind: string
  readonly concurrency: number
  readonly forMs: number
}

/** What a load has shown, as measured in the process that ran it. */
export interface LoadResult {
  readonly ended: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU seconds of the process. */
  readonly cpuSeconds: number
}

/** Runs one task after the other, so many at once, for the time given, and waits for those begun. */
export async function runClosedLoop(run: () => Promise<unknown>, { concurrency, forMs }: Load): Promise<LoadResult> {
  const latenciesMs: number[] = []
  const before = process.cpuUsage()
  const startedAt = performance.now()
  const loop = async () => {
    for (;;) {
      const begunAt = performance.now()
      if (begunAt - startedAt >= forMs) return
      await run()
      latenciesMs.push(performance.now() - begunAt)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, loop))
  const seconds = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(before)
  return {
    ended: latenciesMs.length,
    seconds,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    cpuSeconds: (user + system) / 1_000_000,
  }
}
