import { act, closed, inspect } from '@stoa/contract'
import { Type } from 'typebox'

const GatewayRoute = Type.Object({
  service: Type.String(),
  name: Type.String(),
  method: Type.String({ description: '`*` for a mount, which takes all methods below its prefix' }),
  path: Type.String(),
  permission: Type.String(),
  rateClass: Type.Enum(['standard', 'critical']),
  timeoutMs: Type.Integer(),
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

/** The operating endpoints of the gateway itself, beside those of its breakers and its health. */
export const gatewayEndpoints = {
  listRoutes: inspect('routes', {
    summary: 'List the routes of the gateway',
    answer: Type.Object({ items: Type.Array(GatewayRoute) }),
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
}
