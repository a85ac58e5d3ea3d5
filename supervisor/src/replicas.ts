import type { Deployment } from '@stoa/system/topology'

/** One process of a service. */
export interface Replica {
  readonly deployment: Deployment
  /** `order-2`: name and number, from 1. */
  readonly instance: string
  /** The key of its port: the first replica has the name of its service. */
  readonly key: string
}

/** The processes that these services come to. */
export function replicasOf(services: readonly Deployment[]): Replica[] {
  return services.flatMap((deployment) =>
    Array.from({ length: deployment.replicas }, (_, index) => replica(deployment, index + 1)),
  )
}

function replica(deployment: Deployment, number: number): Replica {
  const instance = `${deployment.name}-${number}`
  return { deployment, instance, key: number === 1 ? deployment.name : instance }
}
