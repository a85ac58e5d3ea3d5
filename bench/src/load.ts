import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { median } from './figure.ts'
import type { Load, LoadResult } from './load-client.ts'
import { cpuSecondsOf } from './process-tree.ts'
import { onInterrupt } from './interrupts.ts'

/** What asking is like. */
export interface Measured {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU milliseconds an answer took, of the processes named. */
  readonly cpuMs: number
}

interface Asking {
  readonly port: number
  readonly paths: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly connections: number
  readonly runs: number
  readonly runMs: number
  /** Whose CPU time counts. */
  readonly pids: readonly number[]
  readonly expectedStatus?: number
}

/** Asks from a process of its own, several times; answers the median of each figure. */
export async function measureLoad(asking: Asking): Promise<Measured> {
  const { port, paths, headers = {}, connections, runs, runMs, pids, expectedStatus = 200 } = asking
  const load = { host: '127.0.0.1', port, paths, headers, connections, expectedStatus }
  await runClient({ ...load, warmUpMs: runMs, measureMs: 100 })
  const measured: Measured[] = []
  for (let run = 0; run < runs; run++) {
    const before = await cpuSecondsOf(pids)
    const { answers, seconds, p50Ms, p99Ms } = await runClient({ ...load, warmUpMs: 0, measureMs: runMs })
    const cpuMs = (((await cpuSecondsOf(pids)) - before) * 1_000) / answers
    measured.push({ perSecond: answers / seconds, p50Ms, p99Ms, cpuMs })
  }
  const middle = (of: (each: Measured) => number) => median(measured.map(of))
  return {
    perSecond: middle(({ perSecond }) => perSecond),
    p50Ms: middle(({ p50Ms }) => p50Ms),
    p99Ms: middle(({ p99Ms }) => p99Ms),
    cpuMs: middle(({ cpuMs }) => cpuMs),
  }
}

async function runClient(load: Load): Promise<LoadResult> {
  const child = spawn(process.execPath, [new URL('load-client.ts', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const forget = onInterrupt(() => child.kill())
  child.once('exit', forget)
  child.stdin.end(JSON.stringify(load))
  return JSON.parse(await text(child.stdout)) as LoadResult
}
