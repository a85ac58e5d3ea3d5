import { activeCounts } from './active-calls.ts'
import type { Balancer } from './balancer.ts'
import type { Instance } from './instance.ts'
import { mayTake } from './may-take.ts'

/** Two at random, of which the one with fewer calls in progress for its weight (Mitzenmacher 2001). */
export function powerOfTwoChoices(random: () => number = Math.random): Balancer {
  const counts = activeCounts()

  function firstUsable(
    instances: readonly Instance[],
    from: number,
    isUsable: ((instance: Instance) => boolean) | undefined,
  ): Instance | undefined {
    for (let step = 0; step < instances.length; step++) {
      const instance = instances[(from + step) % instances.length]
      if (instance !== undefined && mayTake(instance, isUsable)) return instance
    }
    return undefined
  }

  return {
    onStart: counts.onStart,
    onEnd: counts.onEnd,
    pick: (instances, _key, isUsable) => {
      const calls = counts.of(instances)
      const count = instances.length
      if (count < 2) return firstUsable(instances, 0, isUsable)
      const one = Math.floor(random() * count)
      const drawn = Math.floor(random() * (count - 1))
      const other = drawn < one ? drawn : drawn + 1
      const left = instances[one]
      const right = instances[other]
      const isLeft = left !== undefined && mayTake(left, isUsable)
      const isRight = right !== undefined && mayTake(right, isUsable)
      if (!isLeft) return isRight ? right : firstUsable(instances, one, isUsable)
      if (!isRight) return left
      const leftActive = calls[one]?.active ?? 0
      const rightActive = calls[other]?.active ?? 0
      return rightActive * left.weight < leftActive * right.weight ? right : left
    },
  }
}
