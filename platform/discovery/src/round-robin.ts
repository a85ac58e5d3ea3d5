import type { Balancer } from './balancer.ts'
import { mayTake } from './may-take.ts'

/** One after the other, whatever their weights. */
export function roundRobin(): Balancer {
  let last = -1
  return {
    pick: (instances, _key, isUsable) => {
      for (let tried = 0; tried < instances.length; tried++) {
        last = last + 1 < instances.length ? last + 1 : 0
        const instance = instances[last]
        if (instance !== undefined && mayTake(instance, isUsable)) return instance
      }
      return undefined
    },
  }
}
