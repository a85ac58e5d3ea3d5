import { get } from 'node:http'
import { powerOfTwoChoices, type Instance, type Resolver } from '@stoa/discovery'
import { AppError } from '@stoa/kernel'
import {
  bulkhead,
  circuitBreaker,
  probeWhileOpen,
  retryBudget,
  type Bulkhead,
  type CircuitBreaker,
  type RetryBudget,
} from '@stoa/resilience'
import { makePool, type Pool } from './pool.ts'

/** One instance as the gateway sees it. */
export interface Target {
  readonly instance: Instance
  readonly pool: Pool
  readonly breaker: CircuitBreaker
  readonly authority: string
}

/** All instances of one service. */
export interface Upstream {
  readonly service: string
  readonly places: Bulkhead
  readonly budget: RetryBudget
  /**
   * An instance that may be called now, one not yet tried as long as there is one. Throws AppError `service.unavailable`
   * or `circuit_open`.
   */
  readonly choose: (tried?: ReadonlySet<string>) => Target
  readonly targets: () => readonly Target[]
  /** Sends nothing more to an instance; false for an unknown one. */
  readonly drain: (instanceId: string) => boolean
  readonly close: () => void
}

/** The upstreams of a gateway, by service. */
export interface Upstreams {
  readonly of: (service: string) => Upstream
  readonly all: () => readonly Upstream[]
  readonly close: () => void
}

const connectTimeoutMs = 2_000
const none: ReadonlySet<string> = new Set()

/** Makes the upstreams of these services; instances come and go as the resolver says. */
export function makeUpstreams(services: Iterable<string>, resolver: Resolver): Upstreams {
  const upstreams = new Map([...services].map((service) => [service, makeUpstream(service, resolver)]))
  return {
    of(service) {
      const upstream = upstreams.get(service)
      if (upstream === undefined) throw new Error(`there is no upstream ${service}`)
      return upstream
    },
    all: () => [...upstreams.values()],
    close: () => upstreams.forEach((upstream) => upstream.close()),
  }
}

function makeUpstream(service: string, resolver: Resolver): Upstream {
  const targets = new Map<string, Target & { readonly stop: () => void }>()
  const drained = new Set<string>()
  const balancer = powerOfTwoChoices()

  function targetOf(instance: Instance): Target {
    const known = targets.get(instance.id)
    if (known !== undefined) return known
    const { host, port, id } = instance
    const breaker = circuitBreaker({ name: `${service} ${id}` })
    const stop = probeWhileOpen(breaker, { isReady: () => isReady(instance) })
    const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
    const target = { instance, breaker, pool: makePool({ host, port, connectTimeoutMs }), authority, stop }
    targets.set(id, target)
    return target
  }

  function isUsable({ id }: Instance): boolean {
    return !drained.has(id) && targets.get(id)?.breaker.canAcquire() !== false
  }

  const stopFollowing = resolver.onChange(service, (instances) => {
    const live = new Set(instances.map(({ id }) => id))
    for (const [id, target] of targets) {
      if (live.has(id)) continue
      targets.delete(id)
      drained.delete(id)
      target.stop()
      target.pool.close()
    }
  })

  return {
    service,
    places: bulkhead({ name: service }),
    budget: retryBudget(),
    choose(tried = none) {
      const instances = resolver.resolve(service)
      const fresh =
        tried.size === 0 ? undefined : balancer.pick(instances, undefined, (one) => !tried.has(one.id) && isUsable(one))
      const usable = fresh ?? balancer.pick(instances, undefined, isUsable)
      if (usable !== undefined) return targetOf(usable)
      const open = instances.map(({ id }) => targets.get(id)).find((target) => target !== undefined)
      if (open !== undefined) throw open.breaker.refusal()
      throw new AppError('unavailable', 'service.unavailable', `No instance of ${service} is known.`, {
        retryAfterSeconds: 1,
      })
    },
    targets: () => resolver.resolve(service).map(targetOf),
    drain(instanceId) {
      const isKnown = resolver.resolve(service).some(({ id }) => id === instanceId)
      if (isKnown) drained.add(instanceId)
      return isKnown
    },
    close() {
      stopFollowing()
      for (const target of targets.values()) {
        target.stop()
        target.pool.close()
      }
    },
  }
}

async function isReady({ host, port }: Instance): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const request = get({ host, port, path: '/health/ready', timeout: 1_000, agent: false }, (response) => {
    response.resume()
    resolve(response.statusCode === 200)
  })
  request.on('timeout', () => request.destroy(new Error('no answer')))
  request.on('error', reject)
  return promise
}
