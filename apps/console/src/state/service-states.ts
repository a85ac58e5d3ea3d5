import type { InstanceState, ServiceState } from '@stoa/contracts/gateway/operating'

const rank = { down: 0, degraded: 1, up: 2 }

/** Services by their state, the worst first; equal ones stay in their order. */
export function worstFirst(services: readonly ServiceState[]): readonly ServiceState[] {
  return services.toSorted((a, b) => rank[a.state] - rank[b.state])
}

/** Whether an operator should look at a service: it is not up, or a circuit breaker is not closed. */
export function hasProblem({ state, instances }: ServiceState): boolean {
  return state !== 'up' || instances.some(({ breakers }) => breakers.length > 0)
}

/** Why a service is not up, by instance where it has several. */
export function reasonOf({ instances }: ServiceState): string {
  if (instances.length === 0) return 'no instance is registered'
  const reasons = instances.flatMap((instance) => {
    const found = reasonsOf(instance)
    return found.length === 0 ? [] : [instances.length === 1 ? found.join('; ') : `${instance.id}: ${found.join('; ')}`]
  })
  return reasons.join(' · ')
}

/** How many instances are up, of how many. */
export function instancesOf({ instances }: ServiceState): string {
  const up = instances.filter(({ state }) => state !== 'down').length
  const drained = instances.filter(({ isDrained }) => isDrained).length
  return `${up} of ${instances.length}${drained > 0 ? `, ${drained} drained` : ''}`
}

function reasonsOf({ broken, breakers }: InstanceState): string[] {
  return [
    ...broken.map(({ name, reason }) => `${name}: ${reason}`),
    ...breakers.map((breaker) => `circuit breaker ${breaker.replace('_', ' ')}`),
  ]
}
