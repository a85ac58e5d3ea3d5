import type { System } from '@stoa/system/define-system'
import { defaultSystem, loadSystem } from '@stoa/system/load-system'

/** What an order waits for: the gateway, the registry, order, and every service that a service on this path calls. */
export function orderPath({ services }: Pick<System, 'services'>): ReadonlySet<string> {
  const path = new Set(['gateway', 'registry', 'order'])
  for (const name of path) {
    const { contract } = services.find((each) => each.name === name) ?? {}
    for (const callee of Object.keys(contract?.calls ?? {})) path.add(callee)
  }
  return path
}

/** The CPU of a checkout in three parts, which add up to all of it. */
export interface CheckoutCpu {
  /** The services that the order waits for, and PostgreSQL for them. */
  readonly path: number
  /** The services that only consume events, and PostgreSQL for them. */
  readonly followers: number
  /** The supervisor, and PostgreSQL's own processes (log writer, checkpointer, connections that are closed). */
  readonly shared: number
}

/** Divides CPU by part of the system among the order's path, those that follow, and what all share. */
export function divideCpu(cpu: ReadonlyMap<string, number>, path: ReadonlySet<string>): CheckoutCpu {
  const divided = { path: 0, followers: 0, shared: 0 }
  for (const [part, used] of cpu) {
    const service = part.replace('postgres for ', '')
    const isShared = service === 'postgres' || service === 'supervisor'
    divided[isShared ? 'shared' : path.has(service) ? 'path' : 'followers'] += used
  }
  return divided
}

/** The path of an order in the system that runs by default. */
export async function shopOrderPath(): Promise<ReadonlySet<string>> {
  return orderPath(await loadSystem(defaultSystem))
}
