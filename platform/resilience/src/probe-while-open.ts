import type { CircuitBreaker } from './circuit-breaker.ts'
import { positive } from './settings.ts'
import { systemTime, type Time, type Timer } from './time.ts'

/** How an open breaker's instance is asked whether it is well again. */
export interface ProbeOptions {
  /** Asks the instance's readiness; only `true` is a good answer, a rejection is none. */
  readonly isReady: () => Promise<boolean>
  /** The pause between two questions (1 s). */
  readonly intervalMs?: number
  readonly time?: Time
}

/**
 * Asks an instance's readiness every second while its breaker is open, one question at a time, and makes the breaker
 * half-open at the first good answer. Answers the function that ends this; the timer does not keep the process alive.
 */
export function probeWhileOpen(breaker: CircuitBreaker, options: ProbeOptions): () => void {
  const { isReady, time = systemTime } = options
  const intervalMs = positive('intervalMs', options.intervalMs ?? 1_000)
  let timer: Timer | undefined

  async function ask(): Promise<void> {
    const generation = breaker.generation
    const isGood = await answerOf(isReady)
    if (breaker.generation !== generation || timer === undefined) return
    if (isGood) breaker.probe()
    else schedule()
  }

  function schedule(): void {
    timer = time.setTimer(() => void ask(), intervalMs)
    timer.unref?.()
  }

  function stop(): void {
    if (timer !== undefined) time.clearTimer(timer)
    timer = undefined
  }

  const endListening = breaker.onStateChange((change) => {
    stop()
    if (change.to === 'open') schedule()
  })
  if (breaker.state === 'open') schedule()
  return () => {
    endListening()
    stop()
  }
}

async function answerOf(isReady: () => Promise<boolean>): Promise<boolean> {
  try {
    return await isReady()
  } catch {
    return false
  }
}
