import { circuitBreaker, type CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts'
import { positive } from './settings.ts'
import { systemTime, type Time, type Timer } from './time.ts'

/** The options of the breakers of one instance. */
export interface InstanceBreakersOptions {
  /** Checks the readiness of the instance; only `true` counts as ready, and a rejection does not. */
  readonly isReady: () => Promise<boolean>
  /** The settings of the breaker of a scope, such as a route group or a method. */
  readonly breaker?: (scope: string) => CircuitBreakerOptions
  /** The pause between two questions while a circuit is open (1 s); half of it while one is half-open. */
  readonly intervalMs?: number
  readonly time?: Time
}

/** The breakers of one instance: failures in one scope do not affect the others. */
export interface InstanceBreakers {
  /** Returns the breaker of a scope; created on first use. */
  readonly of: (scope: string) => CircuitBreaker
  readonly find: (scope: string) => CircuitBreaker | undefined
  readonly all: () => Iterable<readonly [scope: string, breaker: CircuitBreaker]>
  /** Stops the readiness checks. */
  readonly close: () => void
}

/**
 * Makes the breakers of one instance. While any of them is not closed, the readiness of the instance is checked every
 * second, one check at a time, and a positive result counts as a probe of each breaker, so breakers close also without traffic. The timer does not keep the process alive.
 */
export function instanceBreakers(options: InstanceBreakersOptions): InstanceBreakers {
  const { isReady, breaker: settingsOf, time = systemTime } = options
  const intervalMs = positive('intervalMs', options.intervalMs ?? 1_000)
  const breakers = new Map<string, CircuitBreaker>()
  let timer: Timer | undefined
  let isAsking = false
  let isClosed = false

  function schedule(delayMs: number): void {
    if (isClosed || isAsking || timer !== undefined || !isAnyNotClosed()) return
    timer = time.setTimer(() => void ask(), delayMs)
    timer.unref?.()
  }

  async function ask(): Promise<void> {
    timer = undefined
    isAsking = true
    const generations = new Map([...breakers.values()].map((breaker) => [breaker, breaker.generation]))
    const isGood = await answerOf(isReady)
    if (isClosed) return
    // a breaker that has changed in the meantime has newer information
    if (isGood) for (const [breaker, asked] of generations) if (breaker.generation === asked) breaker.onReady()
    isAsking = false
    schedule(isGood ? intervalMs / 2 : intervalMs)
  }

  function isAnyNotClosed(): boolean {
    for (const breaker of breakers.values()) if (breaker.state !== 'closed') return true
    return false
  }

  function make(scope: string): CircuitBreaker {
    const made = circuitBreaker({ askedEveryMs: intervalMs, ...settingsOf?.(scope) })
    made.onStateChange(() => schedule(intervalMs))
    breakers.set(scope, made)
    return made
  }

  return {
    of: (scope) => breakers.get(scope) ?? make(scope),
    find: (scope) => breakers.get(scope),
    all: () => breakers,
    close() {
      isClosed = true
      if (timer !== undefined) time.clearTimer(timer)
      timer = undefined
    },
  }
}

async function answerOf(isReady: () => Promise<boolean>): Promise<boolean> {
  try {
    return await isReady()
  } catch {
    return false
  }
}
