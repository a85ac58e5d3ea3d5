import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { LoadResult } from './closed-loop.ts'
import { quantile } from './figure.ts'

/** A load that comes whether or not earlier tasks have ended. */
export interface OfferedLoad {
  readonly kind: string
  readonly perSecond: number
  readonly forMs: number
}

/** Begins tasks at the pace given; each latency counts from the time at which its task was due. */
export async function runOpenLoop(run: () => Promise<unknown>, { perSecond, forMs }: OfferedLoad): Promise<LoadResult> {
  const latenciesMs: number[] = []
  const before = process.cpuUsage()
  const startedAt = performance.now()
  const tasks: Promise<void>[] = []
  for (let dueAt = startedAt; dueAt < startedAt + forMs; dueAt += 1_000 / perSecond) {
    await delay(Math.max(0, dueAt - performance.now()))
    tasks.push(run().then(() => void latenciesMs.push(performance.now() - dueAt)))
  }
  await Promise.all(tasks)
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
