import { compact } from '@stoa/kernel'
import { isInstanceReady, type Instance } from '@stoa/discovery'
import { instanceBreakers, type CircuitBreaker, type InstanceBreakers, type ResilienceEvent } from '@stoa/resilience'
import type { Telemetry } from '@stoa/telemetry'
import type { BreakerReport } from './endpoints.ts'

/** Which breakers; all that match everything given. */
export interface BreakerFilter {
  readonly service?: string | undefined
  readonly instance?: string | undefined
  readonly scope?: string | undefined
}

/** The circuit breakers of one process towards everything it calls: one for each instance and scope. */
export interface Breakers {
  /** Returns the breaker of an instance and a scope; created on first use. */
  readonly of: (instance: Instance, scope: string) => CircuitBreaker
  /** Returns whether a call would be rejected; creates no breaker. */
  readonly isRefused: (instanceId: string, scope: string) => boolean
  /** Forgets the instances of a service that are no more: a restarted one has another id and starts closed. */
  readonly forgetAllBut: (service: string, liveIds: ReadonlySet<string>) => void
  readonly list: (filter?: BreakerFilter) => BreakerReport[]
  /** Closes them; how many there were. */
  readonly reset: (filter?: BreakerFilter) => number
  readonly close: () => void
}

interface Known {
  readonly service: string
  readonly breakers: InstanceBreakers
}

const stateValues = { closed: 0, half_open: 1, open: 2 } as const

/** Makes the breakers of a process. Each change is logged with its reason, and each state is in `circuit_breaker_state`. */
export function makeBreakers({ metrics, logger }: Pick<Telemetry, 'metrics' | 'logger'>): Breakers {
  const byInstance = new Map<string, Known>()

  function add(instance: Instance): Known {
    const known = { service: instance.service, breakers: breakersOf(instance, logger) }
    byInstance.set(instance.id, known)
    return known
  }

  function* matching({ service, instance, scope }: BreakerFilter = {}) {
    for (const [id, known] of byInstance) {
      if ((service ?? known.service) !== known.service || (instance ?? id) !== id) continue
      for (const [name, breaker] of known.breakers.all()) {
        if ((scope ?? name) === name) yield { service: known.service, instance: id, scope: name, breaker }
      }
    }
  }

  const labels = ['callee', 'callee_instance', 'scope'] as const
  metrics.gauge(
    'circuit_breaker_state',
    'State of a circuit breaker: 0 closed, 1 half open, 2 open',
    labels,
    (gauge) => {
      gauge.clear()
      for (const { service, instance, scope, breaker } of matching())
        gauge.set(stateValues[breaker.state], { callee: service, callee_instance: instance, scope })
    },
  )

  return {
    of: (instance, scope) => (byInstance.get(instance.id) ?? add(instance)).breakers.of(scope),
    isRefused: (instanceId, scope) => byInstance.get(instanceId)?.breakers.find(scope)?.canAcquire() === false,
    forgetAllBut(service, liveIds) {
      for (const [id, known] of byInstance) {
        if (known.service !== service || liveIds.has(id)) continue
        known.breakers.close()
        byInstance.delete(id)
      }
    },
    list: (filter) =>
      [...matching(filter)].map(({ breaker, ...where }) => {
        const { name: _, lastFailure, ...state } = breaker.snapshot()
        return { ...where, ...state, ...compact({ lastFailure }) }
      }),
    reset(filter) {
      let count = 0
      for (const { breaker } of matching(filter)) {
        breaker.reset()
        count += 1
      }
      return count
    },
    close() {
      for (const { breakers } of byInstance.values()) breakers.close()
      byInstance.clear()
    },
  }
}

function breakersOf(instance: Instance, logger: Telemetry['logger']): InstanceBreakers {
  const { id, service } = instance
  const onEvent = (scope: string, event: ResilienceEvent) => {
    if (event.type !== 'circuit_state_changed') return
    const { from, to, cause, lastFailure } = event
    const fields = { callee: service, calleeInstance: id, scope, from, to, cause, lastFailure }
    if (to === 'open') logger.warn('circuit breaker opened', fields)
    else logger.info('circuit breaker changed', fields)
  }
  return instanceBreakers({
    isReady: () => isInstanceReady(instance),
    breaker: (scope) => ({
      name: `${service} ${id} ${scope}`,
      observer: { onEvent: (event) => onEvent(scope, event) },
    }),
  })
}
