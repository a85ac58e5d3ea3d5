import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { quantile, rounded, type Bench, type Figure } from '../figure.ts'
import { onInterrupt } from '../interrupts.ts'
import { machineSettings } from '../system-under-test.ts'

/** What a service does with three times the requests that it can serve. */
export const overload: Bench = {
  name: 'overload',
  summary:
    'throughput and latency at three times the capacity of a service, against a fixed limit of requests in progress',
  async run({ isSmoke, note }) {
    const seconds = isSmoke ? 2 : 15
    const ours = await measure('adaptive', seconds, note)
    const fixed = await measure('fixed', seconds, note)
    const shared = {
      bench: 'overload',
      settings: { ...machineSettings(), connections, queryMs, seconds, capacity: ours.capacity },
    }
    const peer = 'a fixed limit of 512'
    const shareOf = (side: Side) => rounded((100 * side.perSecond) / side.capacity)
    const figures: Figure[] = [
      {
        ...shared,
        metric: 'served, of the capacity',
        ours: shareOf(ours),
        unit: '%',
        peer,
        peerValue: shareOf(fixed),
        ratio: rounded(shareOf(ours) / shareOf(fixed)),
      },
      ...(['p50Ms', 'p99Ms'] as const).map((quantileName): Figure => ({
        ...shared,
        metric: `latency of what is served, ${quantileName.slice(0, 3)}`,
        ours: rounded(ours[quantileName]),
        unit: 'ms',
        peer,
        peerValue: rounded(fixed[quantileName]),
        ratio: rounded(fixed[quantileName] / ours[quantileName]),
      })),
    ]
    return figures
  },
}

/** What the service needs: one of ten connections, for 40 ms. */
const connections = 10
const queryMs = 40
/** Requests that wait for their responses at once: as a gateway, the load waits for no more. */
const mostOpen = 1_000
/** Seconds until a limit has adapted, which do not count. */
const settlingSeconds = 5

interface Side {
  readonly capacity: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

async function measure(limit: 'adaptive' | 'fixed', seconds: number, note: (line: string) => void): Promise<Side> {
  const callee = fork(new URL('../overload-callee.ts', import.meta.url), [limit, String(connections), String(queryMs)])
  const forget = onInterrupt(() => callee.kill())
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
  try {
    const [port] = (await once(callee, 'message')) as [number]
    const work = () => statusOf(agent, port)
    const capacity = Math.round(await servedPerSecond(work, Math.min(5, seconds)))
    note(`${limit} limit: ${capacity} requests a second are served ten at a time, ${capacity * 3} arrive`)
    return { capacity, ...(await offer(work, capacity * 3, seconds)) }
  } finally {
    agent.destroy()
    callee.kill()
    forget()
  }
}

function statusOf(agent: Agent, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/api/v1/work', agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
      .once('error', reject)
      .end()
  })
}

async function servedPerSecond(work: () => Promise<number>, seconds: number): Promise<number> {
  const untilMs = performance.now() + seconds * 1_000
  let served = 0
  const loop = async () => {
    for (; performance.now() < untilMs; served++) await work()
  }
  await Promise.all(Array.from({ length: connections }, loop))
  return served / seconds
}

/** Sends requests at a pace, whether or not earlier ones have ended. */
async function offer(work: () => Promise<number>, perSecond: number, seconds: number): Promise<Omit<Side, 'capacity'>> {
  const startedAt = performance.now()
  const countsFrom = startedAt + settlingSeconds * 1_000
  const endsAt = countsFrom + seconds * 1_000
  const latenciesMs: number[] = []
  const open = new Set<Promise<void>>()
  const send = async (dueAt: number) => {
    const status = await work()
    const now = performance.now()
    if (status === 200 && now >= countsFrom && now < endsAt) latenciesMs.push(now - dueAt)
    else if (status !== 200 && status !== 503) throw new Error(`a request was answered with ${status}`)
  }
  for (let dueAt = startedAt; dueAt < endsAt; dueAt += 1_000 / perSecond) {
    await delay(Math.max(0, dueAt - performance.now()))
    if (open.size >= mostOpen) continue
    const sent = send(dueAt).finally(() => open.delete(sent))
    open.add(sent)
  }
  await Promise.all(open)
  return {
    perSecond: latenciesMs.length / seconds,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  }
}
