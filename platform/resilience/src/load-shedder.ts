import { adaptiveLimit, type AdaptiveLimitOptions } from './adaptive-limit.ts'
import { callerShares } from './caller-shares.ts'
import { systemTime, type Time, type Timer } from './time.ts'

/** How important a request is: `low` is refused first, `high` last. */
export type LoadPriority = 'low' | 'normal' | 'high'

/** Settings of a load shedder. */
export interface LoadShedderOptions extends AdaptiveLimitOptions {
  /** The limit while the process is behind (128), whatever latency says. */
  readonly maxWhileBehind?: number
  /** Lag of the event loop from which the process is behind, in milliseconds (500). */
  readonly lagMs?: number
  readonly time?: Time
}

/** Limits the requests that a process has in progress. */
export interface LoadShedder {
  /** Takes a place; returns false if a request of this priority must be refused. */
  readonly tryEnter: (priority: LoadPriority) => boolean
  /** Returns whether the next request of this priority would be refused. */
  readonly isFull: (priority: LoadPriority) => boolean
  /**
   * Assigns a place that was taken to its caller, who is known only then; returns false if the caller has more than its share and the
   * rest is needed for others. If so, the place is still to be given back, without the caller.
   */
  readonly tryAssign: (caller: string, priority: LoadPriority) => boolean
  /** Gives the place back, exactly once for each that was taken, with the caller that it was assigned to. */
  readonly leave: (caller?: string) => void
  /** Records how long a request of a kind took; not those that wait for something on purpose. */
  readonly record: (kind: string, latencyMs: number) => void
  readonly snapshot: () => LoadSnapshot
  readonly close: () => void
}

/** The state of a load shedder. */
export interface LoadSnapshot {
  readonly limit: number
  readonly inProgress: number
  /** How many were refused by priority, and because their caller had its share. */
  readonly refused: { readonly [reason in LoadPriority | 'share']: number }
}

const sampleMs = 250
/** Which part of the limit the requests of a priority may fill: the rest is kept for more important ones. */
const partOf: { readonly [priority in LoadPriority]: number } = { low: 0.75, normal: 0.9, high: 1 }
/**
 * Which part of the limit is in use when a caller may hold only its share: below what reads without a token may fill, so that one account cannot
 * keep everyone out who has none; calls of services are more important than these reads.
 */
const sharedFrom: { readonly [priority in LoadPriority]: number } = { low: 0.6, normal: 0.6, high: 0.75 }

/**
 * Makes a load shedder: work that is refused at once costs little, work that waits in a queue until its caller has given
 * up costs all it would have cost. The limit follows the latency of requests ({@link adaptiveLimit}). Latency is known only once requests
 * end, so the lag of the event loop is measured too: how late its timers fire, which is the time that requests wait in its
 * queue. One long pause is no sign of overload, so the lag is averaged with its last value.
 */
export function loadShedder(options: LoadShedderOptions = {}): LoadShedder {
  const { lagMs: limitMs = 500, maxWhileBehind = 128, time = systemTime } = options
  const adaptive = adaptiveLimit(options)
  const shares = callerShares()
  const refused = { low: 0, normal: 0, high: 0, share: 0 }
  let limit = adaptive.limit()
  let inProgress = 0
  let peak = 0
  let lagMs = 0
  let timer: Timer
  const measure = () => {
    const dueMs = time.nowMs() + sampleMs
    timer = time.setTimer(() => {
      lagMs = (lagMs + Math.max(0, time.nowMs() - dueMs)) / 2
      adaptive.endWindow(peak)
      peak = inProgress
      limit = adaptive.limit()
      if (lagMs >= limitMs) limit = Math.min(limit, maxWhileBehind)
      measure()
    }, sampleMs)
    timer.unref?.()
  }
  measure()
  const isFull = (priority: LoadPriority) => inProgress >= Math.max(1, Math.floor(limit * partOf[priority]))
  const refuse = (reason: LoadPriority | 'share') => {
    refused[reason] += 1
    // who is refused would have been in progress: the limit is in use
    peak = Math.max(peak, limit)
    return false
  }
  return {
    isFull,
    tryEnter(priority) {
      if (isFull(priority)) return refuse(priority)
      inProgress += 1
      if (inProgress > peak) peak = inProgress
      return true
    },
    tryAssign(caller, priority) {
      // the place itself is among those in progress
      const isNeeded = inProgress > Math.max(1, Math.floor(limit * sharedFrom[priority]))
      return shares.tryTake(caller, isNeeded ? limit : Infinity) || refuse('share')
    },
    leave(caller) {
      inProgress -= 1
      if (caller !== undefined) shares.giveBack(caller)
    },
    record: adaptive.record,
    snapshot: () => ({ limit: Math.floor(limit), inProgress, refused: { ...refused } }),
    close: () => time.clearTimer(timer),
  }
}
