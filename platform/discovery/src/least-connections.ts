import { activeCounts } from './active-calls.ts'
import type { Balancer } from './balancer.ts'
import type { Instance } from './instance.ts'
import { mayTake } from './may-take.ts'

/** The instance with the fewest calls in progress for its weight; equal ones take turns. */
export function leastConnections(): Balancer {
  const counts = activeCounts()
  let first = -1
  return {
    onStart: counts.onStart,
    onEnd: counts.onEnd,
    pick: (instances, _key, isUsable) => {
      const calls = counts.of(instances)
      const count = instances.length
      first = first + 1 < count ? first + 1 : 0
      let best: Instance | undefined
      let bestActive = 0
      for (let step = 0, index = first; step < count; step++, index = index + 1 < count ? index + 1 : 0) {
        const instance = instances[index]
        if (instance === undefined || !mayTake(instance, isUsable)) continue
        const active = calls[index]?.active ?? 0
        if (best !== undefined && active * best.weight >= bestActive * instance.weight) continue
        best = instance
        bestActive = active
      }
      return best
    },
  }
}
