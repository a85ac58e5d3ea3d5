import type { Balancer } from './balancer.ts'
import { hash32, mix32 } from './hash.ts'
import type { Instance } from './instance.ts'
import { mayTake } from './may-take.ts'
import { roundRobin } from './round-robin.ts'

interface Ring {
  readonly of: readonly Instance[]
  /** In the order of ids, so that an instance's number in a point says nothing new about the others'. */
  readonly instances: readonly Instance[]
  /** Each point's 32-bit place × 2^16 + the number of its instance, ascending. */
  readonly points: Float64Array
}

const pointsPerWeight = 100
const maxPoints = 10_000
const step = 2 ** 16

/**
 * The same instance for the same key (Karger et al. 1997): each instance has 100 points a unit of weight, at most 10,000,
 * on a ring of 2^32, and takes the keys before its points. When one comes, goes or turns unusable only its own keys move.
 * Without a key they take turns.
 */
export function consistentHash(): Balancer {
  const turns = roundRobin()
  let ring: Ring = { of: [], instances: [], points: new Float64Array(0) }
  return {
    pick: (instances, key, isUsable) => {
      if (key === undefined) return turns.pick(instances, key, isUsable)
      if (instances !== ring.of) ring = makeRing(instances)
      const start = firstPointFrom(ring.points, hash32(key) * step)
      const owner = ring.instances[(ring.points[start] ?? 0) % step]
      if (owner === undefined || mayTake(owner, isUsable)) return owner
      return nextUsable(ring, start, isUsable)
    },
  }
}

function makeRing(of: readonly Instance[]): Ring {
  const instances = of.filter((instance) => instance.weight > 0).sort((left, right) => (left.id < right.id ? -1 : 1))
  const counts = instances.map((instance) => Math.min(maxPoints, Math.ceil(instance.weight * pointsPerWeight)))
  const points = new Float64Array(counts.reduce((sum, count) => sum + count, 0))
  let filled = 0
  for (const [number, instance] of instances.entries()) {
    // Two hashes of the id, or two instances whose ids share one would share all their points.
    const from = hash32(instance.id)
    const stride = hash32(instance.id, 0x9747b28c) | 1
    for (let index = 0; index < (counts[number] ?? 0); index++) {
      points[filled++] = mix32(from + Math.imul(index, stride)) * step + number
    }
  }
  return { of, instances, points: points.sort() }
}

/** The index of the first point at or after the place, round to the start. */
function firstPointFrom(points: Float64Array, place: number): number {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((points[middle] ?? 0) < place) low = middle + 1
    else high = middle
  }
  return low < points.length ? low : 0
}

function nextUsable(
  ring: Ring,
  start: number,
  isUsable: ((instance: Instance) => boolean) | undefined,
): Instance | undefined {
  let isAnyLeft = false
  for (const instance of ring.instances) if (mayTake(instance, isUsable)) isAnyLeft = true
  if (!isAnyLeft) return undefined
  for (let passed = 1; passed < ring.points.length; passed++) {
    const number = (ring.points[(start + passed) % ring.points.length] ?? 0) % step
    const instance = ring.instances[number]
    if (instance !== undefined && mayTake(instance, isUsable)) return instance
  }
  return undefined
}
