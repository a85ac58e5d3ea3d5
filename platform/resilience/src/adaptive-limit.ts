import { positive, wholeNumber } from './settings.ts'

/** Settings of an adaptive limit. */
export interface AdaptiveLimitOptions {
  /** The limit is never below this (64), with which a process still uses its processor and its connections, also for a burst. */
  readonly floor?: number
  /** The limit is never above this (512), where it also starts. */
  readonly cap?: number
  /** Requests may take this multiple of what they take at the floor (2). */
  readonly tolerance?: number
  /** Requests may always take this much longer than at the floor, in milliseconds (250): callers wait rather than be refused. */
  readonly slackMs?: number
}

/** A limit of the requests in progress that follows their latency. */
export interface AdaptiveLimit {
  /** The present limit, not rounded. */
  readonly limit: () => number
  /** Records a completed request of a kind, such as a route; kinds must be few, each is remembered. */
  readonly record: (kind: string, latencyMs: number) => void
  /** Ends a window of time, in which at most `peak` requests were in progress; moves the limit. */
  readonly endWindow: (peak: number) => void
}

/** What is known about the latency of one kind of request. */
interface Kind {
  /** Latency while at most `floor` requests are in progress; undefined until it has been measured. */
  referenceMs: number | undefined
  sumMs: number
  leastMs: number
  count: number
}

const minSamples = 20
const minSamplesOfKind = 5
/** Share of a difference by which a reference moves in a window: it falls in about half a second and rises in about two. */
const fall = 0.5
const rise = 0.2

/**
 * Makes an adaptive limit, by the gradient of latency: while requests take longer than they should, the limit is multiplied by
 * allowed / measured; while they do not, it grows by its square root. The scheme is that of the gradient limits of Netflix
 * (github.com/Netflix/concurrency-limits, after TCP Vegas, Brakmo and Peterson 1995), with two differences. Each kind of request
 * is compared with itself, so that a change of the mix is no change of latency. The reference is the latency while at most
 * `floor` requests are in progress: a smaller limit could not make them faster, so it is not their queue here that takes the time.
 * An average of all latencies, as there, rises with a queue that stays.
 */
export function adaptiveLimit(options: AdaptiveLimitOptions = {}): AdaptiveLimit {
  const cap = wholeNumber('cap', options.cap ?? 512, 1)
  const floor = Math.min(cap, wholeNumber('floor', options.floor ?? 64, 1))
  const tolerance = positive('tolerance', options.tolerance ?? 2)
  const slackMs = positive('slackMs', options.slackMs ?? 250)
  const kinds = new Map<string, Kind>()
  let limit = cap
  let samples = 0
  let peak = 0
  let isOver = false

  const grow = () => void (limit = Math.min(cap, limit + Math.sqrt(limit)))
  const judge = () => {
    let allowedMs = 0
    let measuredMs = 0
    for (const kind of kinds.values()) {
      if (kind.count < minSamplesOfKind) continue
      const reference = (kind.referenceMs ??= kind.leastMs)
      allowedMs += kind.count * Math.max(tolerance * reference, reference + slackMs)
      measuredMs += kind.sumMs
      moveReference(kind, peak <= floor)
    }
    return measuredMs === 0 ? 1 : allowedMs / measuredMs
  }
  return {
    limit: () => limit,
    record(name, latencyMs) {
      let kind = kinds.get(name)
      if (kind === undefined)
        kinds.set(name, (kind = { referenceMs: undefined, sumMs: 0, leastMs: Infinity, count: 0 }))
      kind.sumMs += latencyMs
      kind.count += 1
      if (latencyMs < kind.leastMs) kind.leastMs = latencyMs
      samples += 1
    },
    endWindow(peakOfWindow) {
      peak = Math.max(peak, peakOfWindow)
      if (samples < minSamples) {
        // nothing shows that so few requests need a limit
        if (peakOfWindow * 2 < limit) grow()
        return
      }
      const gradient = judge()
      const wasOver = isOver
      isOver = gradient < 1 && peak >= floor
      if (gradient >= 1) grow()
      // one pause of the process or its database is no overload
      else if (isOver && wasOver) limit = Math.max(floor, Math.min(limit, peak) * Math.max(0.5, gradient))
      samples = 0
      peak = 0
    },
  }
}

function moveReference(kind: Kind, mayRise: boolean): void {
  const meanMs = kind.sumMs / kind.count
  const difference = meanMs - (kind.referenceMs ?? meanMs)
  if (difference < 0) kind.referenceMs = meanMs - difference * (1 - fall)
  else if (mayRise) kind.referenceMs = meanMs - difference * (1 - rise)
  kind.sumMs = 0
  kind.count = 0
  kind.leastMs = Infinity
}
