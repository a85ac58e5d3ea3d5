import type { Breakers } from '@stoa/client'
import { powerOfTwoChoices, type Instance, type Resolver } from '@stoa/discovery'
import { platformError } from '@stoa/kernel'
import { bulkhead, retryBudget, type Bulkhead, type CircuitBreaker, type RetryBudget } from '@stoa/resilience'
import { makePool, type Pool } from './pool.ts'

/** One instance as the gateway sees it. */
export interface Target {
  readonly instance: Instance
  readonly pool: Pool
  readonly authority: string
  /** Of this instance, for a group of routes. */
  readonly breaker: (group: string) => CircuitBreaker
}

/** All instances of one service. */
export interface Upstream {
  readonly service: string
  readonly slots: Bulkhead
  readonly budget: RetryBudget
  /**
   * An instance that may be called now for a group of routes, one not yet tried as long as there is one; of a wanted version as long as one
   * of it may be called. Throws AppError `service.unavailable` or `service.circuit_open`.
   */
  readonly choose: (group: string, tried?: ReadonlySet<string>, version?: string) => Target
  /** An instance of this version that may be called now, if there is one. */
  readonly findOf: (group: string, version: string) => Target | undefined
  readonly targets: () => readonly Target[]
  /** Stops sending requests to an instance; returns false if it is unknown. */
  readonly drain: (instanceId: string) => boolean
  /** Resumes sending requests to a drained instance; returns false if it is not drained. */
  readonly resume: (instanceId: string) => boolean
  readonly isDrained: (instanceId: string) => boolean
  readonly close: () => void
}

/** The upstreams of a gateway, by service. */
export interface Upstreams {
  readonly of: (service: string) => Upstream
  /** Follows the instances of these services from now on; requests in progress to others end as they would. */
  readonly serve: (services: Iterable<string>) => void
  readonly all: () => readonly Upstream[]
  readonly close: () => void
}

const connectTimeoutMs = 2_000
const none: ReadonlySet<string> = new Set()

/** Makes the upstreams of these services; their instances follow the resolver. */
export function makeUpstreams(services: Iterable<string>, resolver: Resolver, breakers: Breakers): Upstreams {
  // One that is no longer served is kept: its requests in progress end, and operators add a few services in the life of a process.
  const upstreams = new Map<string, Upstream>()
  let served: readonly Upstream[] = []
  const keep = (service: string): Upstream => {
    const upstream = upstreams.get(service) ?? makeUpstream(service, resolver, breakers)
    upstreams.set(service, upstream)
    return upstream
  }
  const serve = (names: Iterable<string>): void => {
    served = [...names].map(keep)
  }
  serve(services)
  return {
    of(service) {
      const upstream = upstreams.get(service)
      if (upstream === undefined) throw new Error(`there is no upstream ${service}`)
      return upstream
    },
    serve,
    all: () => served,
    close: () => upstreams.forEach((upstream) => upstream.close()),
  }
}

/** Makes the upstream of one service; idle connections are kept for `idleMs`, or as long as the pool keeps them. */
export function makeUpstream(service: string, resolver: Resolver, breakers: Breakers, idleMs?: number): Upstream {
  const targets = makeTargets(breakers, idleMs)
  const drained = new Set<string>()
  const balancer = powerOfTwoChoices()

  function isUsable({ id }: Instance, group: string): boolean {
    return !drained.has(id) && !breakers.isRefused(id, group)
  }

  function findOf(group: string, version: string, tried = none): Target | undefined {
    const found = balancer.pick(
      resolver.resolve(service),
      undefined,
      (one) => one.version === version && !tried.has(one.id) && isUsable(one, group),
    )
    return found === undefined ? undefined : targets.of(found)
  }

  const stopFollowing = resolver.onChange(service, (instances) => {
    const live = new Set(instances.map(({ id }) => id))
    targets.closeAllBut(live)
    breakers.forgetAllBut(service, live)
    for (const id of drained) if (!live.has(id)) drained.delete(id)
  })

  return {
    service,
    slots: bulkhead({ name: service }),
    budget: retryBudget(),
    findOf,
    choose(group, tried = none, version) {
      const wanted = version === undefined ? undefined : findOf(group, version, tried)
      if (wanted !== undefined) return wanted
      const instances = resolver.resolve(service)
      const fresh =
        tried.size === 0
          ? undefined
          : balancer.pick(instances, undefined, (one) => !tried.has(one.id) && isUsable(one, group))
      const usable = fresh ?? balancer.pick(instances, undefined, (one) => isUsable(one, group))
      if (usable !== undefined) return targets.of(usable)
      const open = instances.find(({ id }) => breakers.isRefused(id, group))
      if (open !== undefined) throw breakers.of(open, group).refusal()
      throw platformError('service.unavailable', `No instance of ${service} is known.`, {
        retryAfterSeconds: 1,
      })
    },
    targets: () => resolver.resolve(service).map(targets.of),
    drain(instanceId) {
      const isKnown = resolver.resolve(service).some(({ id }) => id === instanceId)
      if (isKnown) drained.add(instanceId)
      return isKnown
    },
    resume: (instanceId) => drained.delete(instanceId),
    isDrained: (instanceId) => drained.has(instanceId),
    close() {
      stopFollowing()
      targets.closeAllBut(none)
    },
  }
}

/** The targets of instances, made when they are first called. */
function makeTargets(breakers: Breakers, idleMs: number | undefined) {
  const targets = new Map<string, Target>()
  return {
    of(instance: Instance): Target {
      const known = targets.get(instance.id)
      if (known !== undefined) return known
      const { host, port, id } = instance
      const breaker = (group: string) => breakers.of(instance, group)
      const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
      const pool = makePool({ host, port, connectTimeoutMs, ...(idleMs === undefined ? {} : { idleMs }) })
      const target = { instance, breaker, pool, authority }
      targets.set(id, target)
      return target
    },
    closeAllBut(live: ReadonlySet<string>): void {
      for (const [id, target] of targets) {
        if (live.has(id)) continue
        targets.delete(id)
        target.pool.close()
      }
    },
  }
}
