import { platformError } from '@stoa/kernel'
import { systemTime, type Time } from '@stoa/resilience'
import type { DiscoveryObserver } from './events.ts'
import { isSameInstance, type Instance } from './instance.ts'
import type { Resolver } from './resolver.ts'

/** The instances of each service, in the order of their ids, with those who wait for a change. */
export interface InstanceTable extends Omit<Resolver, 'close' | 'trouble'> {
  readonly set: (service: string, instances: readonly Instance[]) => void
  /** Sets every service; one that is not named has none any more. */
  readonly replace: (services: ReadonlyMap<string, readonly Instance[]>) => void
}

type Listener = (instances: readonly Instance[]) => void

const none: readonly Instance[] = Object.freeze([])

/** An empty table. */
export function instanceTable(observer?: DiscoveryObserver, time: Time = systemTime): InstanceTable {
  const known = new Map<string, readonly Instance[]>()
  const listenersOf = new Map<string, Set<Listener>>()
  let isInformed = false
  const resolve = (service: string) => known.get(service) ?? none

  function set(service: string, instances: readonly Instance[]): void {
    const before = resolve(service)
    const after = merged(before, instances)
    if (after === before) return
    known.set(service, after)
    observer?.onEvent({ type: 'instances_changed', service, count: after.length })
    for (const listener of listenersOf.get(service) ?? []) listener(after)
  }

  function onChange(service: string, listener: Listener): () => void {
    const listeners = listenersOf.get(service) ?? new Set()
    listenersOf.set(service, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  function ready(service: string, timeoutMs: number): Promise<void> {
    if (resolve(service).some(takesRequests)) return Promise.resolve()
    return new Promise((fulfil, reject) => {
      const timer = time.setTimer(() => {
        leave()
        reject(platformError('service.no_instance', `no instance of ${service} is known`))
      }, timeoutMs)
      const leave = onChange(service, (instances) => {
        if (!instances.some(takesRequests)) return
        time.clearTimer(timer)
        leave()
        fulfil()
      })
    })
  }

  function replace(services: ReadonlyMap<string, readonly Instance[]>): void {
    isInformed = true
    for (const service of known.keys()) if (!services.has(service)) set(service, none)
    for (const [service, instances] of services) set(service, instances)
  }

  return { resolve, ready, isInformed: () => isInformed, onChange, set, replace }
}

const takesRequests = ({ weight }: Instance) => weight > 0

/** The new list in the order of ids, with the old object of each instance that is as it was; the old list if all are. */
function merged(before: readonly Instance[], instances: readonly Instance[]): readonly Instance[] {
  const old = new Map(before.map((instance) => [instance.id, instance]))
  const after = instances
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
    .map((instance) => {
      const same = old.get(instance.id)
      return same !== undefined && isSameInstance(same, instance) ? same : instance
    })
  const isUnchanged = after.length === before.length && after.every((instance, index) => instance === before[index])
  return isUnchanged ? before : Object.freeze(after)
}
