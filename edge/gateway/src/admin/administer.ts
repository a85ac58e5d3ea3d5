import { breakersAdmin, type Breakers } from '@stoa/client'
import { serveEndpoints, type Service } from '@stoa/contract'
import { gatewayEndpoints } from '@stoa/contracts/gateway/operating'
import { permissionMissing } from '@stoa/http'
import { compact, platformError } from '@stoa/kernel'
import type { AdminEndpoint } from '@stoa/kernel/admin'
import type { Principal } from '@stoa/security'
import { operatingRouter, type Health } from '@stoa/service'
import { healthEndpoints } from '@stoa/service/endpoints'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { RateLimits } from '../policies/rate-limits.ts'
import type { StreamLimits } from '../policies/stream-limits.ts'
import type { RoutesState } from '../routes/plan-routes.ts'
import type { RouteTable } from '../routes/route-table.ts'
import type { Traffic } from '../traffic/traffic.ts'
import type { Upstreams } from '../upstream/upstreams.ts'
import { operatedServices } from './operated-services.ts'
import { serviceStates } from './service-states.ts'
import type { StoredTraces } from './stored-traces.ts'

/** What the operating endpoints of the gateway show and change. */
export interface Administered {
  readonly table: RouteTable
  readonly upstreams: Upstreams
  readonly streams: StreamLimits
  readonly breakers: Breakers
  readonly limits: RateLimits
  readonly cache: ResponseCache
  readonly health: Health
  readonly services: () => readonly Service[]
  readonly routeStates: () => readonly RoutesState[]
  readonly traces: StoredTraces
  readonly traffic: Traffic
  readonly trafficTrouble: (() => string | undefined) | undefined
}

/** A request to the gateway's own operating endpoints. */
export interface OwnOperation {
  readonly principal: Principal
  readonly method: string
  /** Behind `/admin/`, or `/api/v1/ops/gateway/`. */
  readonly path: string
  readonly search: string
  readonly body: () => Promise<unknown>
}

/** Answers a request. @throws AppError 403 without `gateway:admin`, and those of `operatingRouter` */
export type Administer = (request: OwnOperation) => Promise<unknown>

/** Makes the operating endpoints of the gateway. */
export function makeAdminister(administered: Administered): Administer {
  const route = operatingRouter([
    ...ownEndpoints(administered),
    ...breakersAdmin(administered.breakers),
    ...serveEndpoints(healthEndpoints, {
      showHealth: async () => ({ instance: 'gateway', ...(await administered.health.report()) }),
    }),
  ])
  return async ({ principal, ...call }) => {
    if (!principal.can('gateway:admin')) throw permissionMissing('gateway:admin', principal)
    return route(call)
  }
}

function ownEndpoints(administered: Administered): readonly AdminEndpoint[] {
  const states = serviceStates(administered)
  const { table, upstreams, streams, limits, cache, services, routeStates, traces, traffic, trafficTrouble } =
    administered
  return serveEndpoints(gatewayEndpoints, {
    listRoutes: async () => ({ items: table.routes }),
    listRouteStates: async () => ({ items: routeStates().map(compactState) }),
    listTraffic: async () => ({ items: [...traffic.rules()], ...compact({ trouble: trafficTrouble?.() }) }),
    listServices: async () => ({ items: operatedServices(services()) }),
    listStates: () => states(),
    listUpstreams: async () => ({ items: upstreamsOf(administered), streams: streams.snapshot() }),
    async drainInstance({ params: { service, instance } }) {
      if (findUpstream(upstreams, service).drain(instance)) return { drained: instance }
      throw platformError('operating.not_found', `${service} has no instance ${instance}.`)
    },
    async resumeInstance({ params: { service, instance } }) {
      if (findUpstream(upstreams, service).resume(instance)) return { resumed: instance }
      throw platformError('operating.not_found', `${service} has no drained instance ${instance}.`)
    },
    showCache: async () => cache.stats(),
    purgeCache: async ({ query: { prefix = '' } }) => ({ purged: cache.purge(prefix) }),
    async resetRateLimits({ params: { client } }) {
      await limits.reset(client)
      return { reset: client }
    },
    listTraces: async ({ query }) => ({ items: await traces.list(query) }),
    showTrace: async ({ params: { id } }) => traces.show(id),
  })
}

function upstreamsOf({ upstreams, breakers }: Administered) {
  return upstreams.all().map((upstream) => ({
    service: upstream.service,
    slots: upstream.slots.snapshot(),
    instances: upstream.targets().map(({ instance }) => ({
      ...instance,
      breakers: breakers.list({ instance: instance.id }).map(({ scope, state }) => ({ scope, state })),
      isDrained: upstream.isDrained(instance.id),
    })),
  }))
}

function findUpstream(upstreams: Upstreams, service: string) {
  const upstream = upstreams.all().find((each) => each.service === service)
  if (upstream === undefined) throw platformError('operating.not_found', `The gateway has no upstream ${service}.`)
  return upstream
}

function compactState({ digest, ...state }: RoutesState) {
  return { ...state, ...(digest === undefined ? {} : { digest }) }
}
