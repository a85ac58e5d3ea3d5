import type { CallScope } from './call-scope.ts'
import type { Observer } from './events.ts'
import { makePolicy, type Call, type Layer, type Policy } from './policy.ts'
import type { RetryBudget } from './retry-budget.ts'
import { wholeNumber } from './settings.ts'
import { systemTime, type Time, type Timer } from './time.ts'

/** Settings of a hedge. */
export interface HedgeOptions {
  readonly name?: string
  /** Milliseconds to wait for a response before the second call; ideally the measured p95 of the callee. */
  readonly delayMs: number | (() => number)
  /** Calls beside the first (1). */
  readonly maxHedges?: number
  /** A hedge is paid from the budget of retries, if there is one. */
  readonly budget?: RetryBudget | undefined
  readonly time?: Time
  readonly observer?: Observer | undefined
}

/**
 * Sends a second call if the first is slow, uses the first result and aborts the other call (Dean & Barroso,
 * "The Tail at Scale"). Fails only when no call is in progress, so a fast failure is returned without a hedge. Only for reads: both calls may be executed.
 */
export function hedge(options: HedgeOptions): Policy {
  const { name = 'hedge', budget, time = systemTime, observer } = options
  const maxHedges = wholeNumber('maxHedges', options.maxHedges ?? 1, 1)
  const { delayMs } = options
  const nextDelayMs = typeof delayMs === 'number' ? () => delayMs : delayMs
  const settings: Race = { name, budget, time, observer, maxHedges, nextDelayMs }
  return makePolicy((next) => (call, scope) => race(settings, next, call, scope))
}

interface Race extends Required<Pick<HedgeOptions, 'name' | 'time' | 'maxHedges'>> {
  readonly budget: RetryBudget | undefined
  readonly observer: Observer | undefined
  readonly nextDelayMs: () => number
}

function race<T>(settings: Race, next: Layer, call: Call<T>, scope: CallScope): Promise<T> {
  const { name, budget, time, observer, maxHedges, nextDelayMs } = settings
  budget?.onCall()
  return new Promise((resolve, reject) => {
    const lanes: CallScope[] = []
    let underWay = 0
    let isOver = false
    let timer: Timer | undefined

    const finish = (winner: CallScope) => {
      isOver = true
      if (timer !== undefined) time.clearTimer(timer)
      for (const lane of lanes) {
        if (lane !== winner) lane.abort(new DOMException('another call finished first', 'AbortError'))
        lane.end()
      }
    }
    const send = () => {
      const lane = scope.fork(scope.attempt + lanes.length, scope.deadline)
      const isHedge = lanes.push(lane) > 1
      underWay += 1
      next(call, lane).then(
        (answer) => {
          if (isOver) return
          if (isHedge) observer?.onEvent({ type: 'hedge_won', name })
          finish(lane)
          resolve(answer)
        },
        (error: unknown) => {
          underWay -= 1
          if (isOver || underWay > 0) return
          finish(lane)
          reject(error)
        },
      )
      timer = lanes.length <= maxHedges ? time.setTimer(hedgeNow, nextDelayMs()) : undefined
    }
    const hedgeNow = () => {
      if (scope.isAborted || (budget !== undefined && !budget.tryRetry())) return
      observer?.onEvent({ type: 'hedge_sent', name })
      send()
    }
    send()
  })
}
