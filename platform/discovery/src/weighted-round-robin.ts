import type { Balancer } from './balancer.ts'
import type { Instance } from './instance.ts'
import { mayTake } from './may-take.ts'

/** By weight, and the heavy ones not in a row (the smooth weighted round robin of nginx): 5:1:1 is aabacaa. */
export function weightedRoundRobin(): Balancer {
  let known: readonly Instance[] = []
  let credit: number[] = []

  function adopt(instances: readonly Instance[]): void {
    const before = new Map(known.map((instance, index) => [instance.id, credit[index] ?? 0]))
    credit = instances.map((instance) => before.get(instance.id) ?? 0)
    known = instances
  }

  return {
    pick: (instances, _key, isUsable) => {
      if (instances !== known) adopt(instances)
      let total = 0
      let best: Instance | undefined
      let bestIndex = 0
      let bestCredit = 0
      for (let index = 0; index < instances.length; index++) {
        const instance = instances[index]
        if (instance === undefined || !mayTake(instance, isUsable)) continue
        const earned = (credit[index] ?? 0) + instance.weight
        credit[index] = earned
        total += instance.weight
        if (best !== undefined && earned <= bestCredit) continue
        best = instance
        bestIndex = index
        bestCredit = earned
      }
      credit[bestIndex] = bestCredit - total
      return best
    },
  }
}
