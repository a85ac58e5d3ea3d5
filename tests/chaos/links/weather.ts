import { setTimeout as delay } from 'node:timers/promises'

/** What the network between two processes is like now. */
export interface Conditions {
  /** Before each piece of data continues. */
  readonly latencyMs: number
  readonly bytesPerSecond: number
  /**
   * `refused`: every connection is cut and none is accepted. `mute`: connections stand and open, and nothing comes
   * through. `deaf`: requests come through, answers do not.
   */
  readonly state: 'open' | 'refused' | 'mute' | 'deaf'
}

export const fair: Conditions = { latencyMs: 0, bytesPerSecond: Infinity, state: 'open' }

/** The conditions of one link, which change under those who pass. */
export interface Weather {
  readonly now: () => Conditions
  readonly change: (conditions: Partial<Conditions>) => void
  /** Resolves when this many bytes have got through, this way. */
  readonly pass: (bytes: number, way: 'there' | 'back') => Promise<void>
}

/** Fair weather, for a start. */
export function makeWeather(): Weather {
  let conditions = fair
  let changed = Promise.withResolvers<void>()
  const holds = (way: 'there' | 'back') =>
    conditions.state === 'mute' || (conditions.state === 'deaf' && way === 'back')
  return {
    now: () => conditions,
    change(given) {
      conditions = { ...fair, ...given }
      changed.resolve()
      changed = Promise.withResolvers<void>()
    },
    async pass(bytes, way) {
      while (holds(way)) await changed.promise
      const { latencyMs, bytesPerSecond } = conditions
      const pauseMs = latencyMs + (bytes / bytesPerSecond) * 1_000
      // who waits continues as soon as it clears up
      if (pauseMs > 0) await Promise.race([delay(pauseMs), changed.promise])
      while (holds(way)) await changed.promise
    },
  }
}
