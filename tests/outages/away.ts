import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessRow } from '@stoa/supervisor/control'
import { signal } from '../chaos/processes.ts'
import type { WholeSystem } from '../whole-system.ts'

/** How a service is taken away. */
export type Way = 'killed' | 'frozen'

type Rows = () => Promise<readonly ProcessRow[]>

/** Takes a service away for so long, and resolves when it says again that it is ready. */
export async function takeAway(
  system: WholeSystem,
  rows: Rows,
  service: string,
  way: Way,
  forMs: number,
): Promise<void> {
  const until = performance.now() + forMs
  if (way === 'killed') await keepKilling(rows, service, until)
  else await freeze(rows, service, forMs)
  const urls = system.serviceUrls[service] ?? []
  while (!(await Promise.all(urls.map(isReady))).every(Boolean)) await delay(20)
}

async function keepKilling(rows: Rows, service: string, until: number): Promise<void> {
  const killed = new Set<number>()
  while (performance.now() < until) {
    for (const pid of await pidsOf(rows, service)) {
      if (killed.has(pid)) continue
      killed.add(pid)
      signal(pid, 'SIGKILL')
    }
    await delay(20)
  }
}

async function freeze(rows: Rows, service: string, forMs: number): Promise<void> {
  const pids = await pidsOf(rows, service)
  for (const pid of pids) signal(pid, 'SIGSTOP')
  try {
    await delay(forMs)
  } finally {
    for (const pid of pids) signal(pid, 'SIGCONT')
  }
}

async function pidsOf(rows: Rows, service: string): Promise<number[]> {
  return (await rows()).flatMap((row) => (row.service === service && row.pid !== null ? [row.pid] : []))
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
  return answer?.ok === true
}
