import { act, closed, inspect, InstantSchema, OperatingLimit, SearchText } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { TraceId, TraceSpan } from '../shared/trace-span.ts'

const GatewayRoute = Type.Object({
  service: Type.String(),
  name: Type.String(),
  method: Type.String({ description: '`*` for a mount, which takes all methods below its prefix' }),
  path: Type.String(),
  permission: Type.String(),
  rateClass: Type.Enum(['standard', 'critical']),
  timeoutMs: Type.Integer(),
})

/** How the routes of a service stand: served, accepted but not offered, offered but not accepted, or refused, with reasons. */
export const RoutesState = Type.Object({
  service: Type.String(),
  source: Type.Enum(['system', 'registry', 'file'], {
    description: '`system` for the contract that the gateway was built with',
  }),
  state: Type.Enum(['served', 'accepted', 'offered', 'refused']),
  digest: Type.Optional(Type.String({ description: 'of the routes document' })),
  reasons: Type.Array(Type.String()),
})
export type RoutesState = Readonly<Static<typeof RoutesState>>

const TrafficRule = Type.Object({
  name: Type.String(),
  service: Type.Optional(Type.String()),
  paths: Type.Optional(Type.Array(Type.String())),
  versions: Type.Optional(Type.Array(Type.Object({ version: Type.String(), weight: Type.Integer() }))),
  header: Type.Optional(Type.String()),
  cookie: Type.Optional(Type.String()),
  anonymousBy: Type.Optional(Type.Enum(['request', 'address'])),
  mirror: Type.Optional(Type.Object({ version: Type.String(), percent: Type.Optional(Type.Number()) })),
  legacy: Type.Optional(Type.Object({ upstream: Type.String(), percent: Type.Number() })),
})

const Slots = Type.Object({
  name: Type.String(),
  active: Type.Integer(),
  waiting: Type.Integer(),
  maxConcurrent: Type.Integer(),
  maxWaiting: Type.Integer(),
})

const UpstreamInstance = Type.Object({
  id: Type.String(),
  host: Type.String(),
  port: Type.Integer(),
  weight: Type.Number(),
  isDrained: Type.Boolean(),
  metadata: Type.Record(Type.String(), Type.String()),
  breakers: Type.Array(Type.Object({ scope: Type.String(), state: Type.Enum(['closed', 'half_open', 'open']) })),
})

/** A service behind the gateway, and which of its parts can be operated. */
export const OperatedService = Type.Object({
  service: Type.String(),
  owner: Type.String(),
  sagas: Type.Array(Type.String(), { description: 'the types of its sagas' }),
  publishes: Type.Array(Type.String(), { description: 'types of events' }),
  consumes: Type.Array(Type.String(), { description: 'types of events; a service without any has no dead letters' }),
  calls: Type.Array(Type.String(), { description: 'the services whose methods it declares to call' }),
  hasTasks: Type.Boolean(),
})
export type OperatedService = Readonly<Static<typeof OperatedService>>

const Broken = Type.Object({ name: Type.String({ description: 'the dependency' }), reason: Type.String() })

/** The state of an instance as the gateway finds it; `down` also if it does not respond. */
export const InstanceState = Type.Object({
  id: Type.String(),
  state: Type.Enum(['up', 'degraded', 'down']),
  isDrained: Type.Boolean(),
  broken: Type.Array(Broken, { description: 'why it is not up' }),
  breakers: Type.Array(Type.String(), { description: 'the circuit breakers of the gateway that are not closed' }),
})
export type InstanceState = Readonly<Static<typeof InstanceState>>

/** The state of a service: that of its worst instance; `down` without any. */
export const ServiceState = Type.Object({
  service: Type.String(),
  state: Type.Enum(['up', 'degraded', 'down']),
  instances: Type.Array(InstanceState),
})
export type ServiceState = Readonly<Static<typeof ServiceState>>

/** A trace, described by its first span. */
export const TraceSummary = Type.Object({
  traceId: TraceId,
  service: Type.String(),
  name: Type.String(),
  startMs: Type.Number({ description: 'since the epoch, with fractions' }),
  durationMs: Type.Number(),
  errors: Type.Integer({ description: 'the spans that failed' }),
})
export type TraceSummary = Readonly<Static<typeof TraceSummary>>

export { TraceSpan }

/** The operating endpoints of the gateway itself, beside those of its breakers and its health. */
export const gatewayEndpoints = {
  listRoutes: inspect('routes', {
    summary: 'List the routes of the gateway',
    answer: Type.Object({ items: Type.Array(GatewayRoute) }),
  }),
  listRouteStates: inspect('route-states', {
    summary: 'Show of each service whether its routes are served, where they come from, and what is refused',
    answer: Type.Object({ items: Type.Array(RoutesState) }),
  }),
  listTraffic: inspect('traffic', {
    summary: 'List the traffic rules that apply, and why the content of the traffic file is refused',
    answer: Type.Object({
      items: Type.Array(TrafficRule),
      trouble: Type.Optional(Type.String({ description: 'why the file is refused' })),
    }),
  }),
  listServices: inspect('services', {
    summary: 'List the services behind the gateway, with what their contracts declare',
    answer: Type.Object({ items: Type.Array(OperatedService) }),
  }),
  listStates: inspect('states', {
    summary:
      'Show the state of every instance behind the gateway, and why it is not up; requests within a second share one examination',
    answer: Type.Object({ items: Type.Array(ServiceState), examinedAt: InstantSchema }),
  }),
  listUpstreams: inspect('upstreams', {
    summary: 'List the services behind the gateway with their instances, and the slots in use',
    answer: Type.Object({
      items: Type.Array(Type.Object({ service: Type.String(), slots: Slots, instances: Type.Array(UpstreamInstance) })),
      streams: Slots,
    }),
  }),
  drainInstance: act('upstreams/{service}/{instance}/drain', {
    summary: 'Send an instance no more requests',
    answer: Type.Object({ drained: Type.String() }),
  }),
  resumeInstance: act('upstreams/{service}/{instance}/resume', {
    summary: 'Send a drained instance requests again',
    answer: Type.Object({ resumed: Type.String() }),
  }),
  showCache: inspect('cache', {
    summary: 'Show the size of the response cache',
    answer: Type.Object({ entries: Type.Integer(), sizeBytes: Type.Integer(), evictions: Type.Integer() }),
  }),
  purgeCache: act('cache/purge', {
    summary: 'Remove cached responses: all of them, or those of the paths with this prefix',
    query: Type.Object({ prefix: Type.Optional(Type.String({ maxLength: 2_000 })) }, closed),
    answer: Type.Object({ purged: Type.Integer() }),
  }),
  resetRateLimits: act('rate-limits/{client}/reset', {
    summary: 'Give a client its full rate limits back',
    answer: Type.Object({ reset: Type.String() }),
  }),
  listTraces: inspect('traces', {
    summary: 'List the traces stored on the machine of the gateway by their first span, without those of operators',
    query: Type.Object(
      {
        service: Type.Optional(SearchText),
        isFailed: Type.Optional(Type.Boolean({ description: 'only traces with a failed span' })),
        minDurationMs: Type.Optional(Type.Number({ minimum: 0 })),
        order: Type.Optional(Type.Enum(['latest', 'slowest'])),
        limit: OperatingLimit,
      },
      closed,
    ),
    answer: Type.Object({ items: Type.Array(TraceSummary) }),
  }),
  showTrace: inspect('traces/{id}', {
    summary: 'Show a trace stored on the machine of the gateway: each span before its children, 10,000 at most',
    answer: Type.Object({ traceId: TraceId, spans: Type.Array(TraceSpan), total: Type.Integer() }),
  }),
}
