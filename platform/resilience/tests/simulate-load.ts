import type { AdaptiveLimit } from '../src/adaptive-limit.ts'

/** A server that serves some requests at once, the rest in the order of their arrival. */
interface SimulatedServer {
  readonly places: number
  readonly serviceMs: (atMs: number) => number
  /** Requests that arrive in a second, whether or not others are answered. */
  readonly perSecond: (atMs: number) => number
  readonly durationMs: number
}

interface Request {
  readonly atMs: number
  endMs: number
}

/** Simulates a server behind a limit, with windows of 250 ms. */
export function simulateLoad(server: SimulatedServer, limit: AdaptiveLimit) {
  const busyUntil = Array.from({ length: server.places }, () => 0)
  const limits: number[] = []
  const refusedAt: number[] = []
  const served: Request[] = []
  let open: Request[] = []
  let peak = 0
  let windowEndMs = 250
  const endUntil = (nowMs: number) => {
    const ended = open.filter(({ endMs }) => endMs <= nowMs)
    if (ended.length === 0) return
    open = open.filter(({ endMs }) => endMs > nowMs)
    for (const { atMs, endMs } of ended) limit.record('only', endMs - atMs)
    served.push(...ended)
  }
  const random = randomNumbers(7)
  for (let nowMs = 0; nowMs < server.durationMs;) {
    // a Poisson process: bursts belong to normal traffic
    nowMs += (-Math.log(1 - random()) * 1_000) / server.perSecond(nowMs)
    while (windowEndMs <= nowMs) {
      endUntil(windowEndMs)
      limit.endWindow(peak)
      peak = open.length
      limits.push(limit.limit())
      windowEndMs += 250
    }
    endUntil(nowMs)
    if (open.length >= Math.floor(limit.limit())) {
      refusedAt.push(nowMs)
      peak = Math.max(peak, limit.limit())
      continue
    }
    const place = busyUntil.indexOf(Math.min(...busyUntil.slice(0, open.length + 1)))
    const endMs = Math.max(nowMs, busyUntil[place] ?? 0) + server.serviceMs(nowMs)
    busyUntil[place] = endMs
    open.push({ atMs: nowMs, endMs })
    peak = Math.max(peak, open.length)
  }
  return {
    limitAt: (atMs: number) => limits[Math.floor(atMs / 250)] ?? 0,
    between(fromMs: number, toMs: number) {
      const latencies = served
        .filter(({ atMs, endMs }) => atMs >= fromMs && endMs < toMs)
        .map(({ atMs, endMs }) => endMs - atMs)
        .toSorted((one, other) => one - other)
      const completed = served.filter(({ endMs }) => endMs >= fromMs && endMs < toMs).length
      return {
        perSecond: (completed * 1_000) / (toMs - fromMs),
        p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
        refused: refusedAt.filter((atMs) => atMs >= fromMs && atMs < toMs).length,
      }
    },
  }
}

/** Mulberry32: the same numbers in each run. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
