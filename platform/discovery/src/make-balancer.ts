import type { Balancer } from './balancer.ts'
import { consistentHash } from './consistent-hash.ts'
import { leastConnections } from './least-connections.ts'
import { powerOfTwoChoices } from './power-of-two-choices.ts'
import { roundRobin } from './round-robin.ts'
import { weightedRoundRobin } from './weighted-round-robin.ts'

/** The strategies by their names in configuration. */
export const balancingStrategies = [
  'round_robin',
  'weighted_round_robin',
  'least_connections',
  'consistent_hash',
  'random',
] as const

/** A strategy's name in configuration. */
export type BalancingStrategy = (typeof balancingStrategies)[number]

/** A new balancer of this strategy. */
export function makeBalancer(strategy: BalancingStrategy, random: () => number = Math.random): Balancer {
  switch (strategy) {
    case 'round_robin':
      return roundRobin()
    case 'weighted_round_robin':
      return weightedRoundRobin()
    case 'least_connections':
      return leastConnections()
    case 'consistent_hash':
      return consistentHash()
    case 'random':
      return powerOfTwoChoices(random)
  }
}
