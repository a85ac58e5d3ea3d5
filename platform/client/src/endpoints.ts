import { act, closed, inspect, SearchText } from '@stoa/contract'
import { Type, type Static } from 'typebox'

/** A circuit breaker of the queried process. */
export const BreakerReport = Type.Object({
  service: Type.String({ description: 'the service that is called' }),
  instance: Type.String(),
  scope: Type.String({ description: 'what of it is called: a method, or a group of routes' }),
  state: Type.Enum(['closed', 'half_open', 'open']),
  failuresInARow: Type.Integer(),
  calls: Type.Integer(),
  failures: Type.Integer(),
  probesSucceeded: Type.Integer(),
  retryAfterSeconds: Type.Number(),
  lastFailure: Type.Optional(Type.String({ description: 'kept after the circuit has closed' })),
})
export type BreakerReport = Readonly<Static<typeof BreakerReport>>

const Selection = Type.Object(
  {
    callee: Type.Optional(SearchText),
    instance: Type.Optional(SearchText),
    scope: Type.Optional(SearchText),
  },
  closed,
)

/** The operating endpoints of the circuit breakers of a process; the query selects those that match everything given. */
export const breakerEndpoints = {
  listBreakers: inspect('circuit-breakers', {
    summary: 'List the circuit breakers of the queried process',
    query: Selection,
    answer: Type.Object({ items: Type.Array(BreakerReport) }),
  }),
  resetBreakers: act('circuit-breakers/reset', {
    summary: 'Close the selected circuit breakers; they open again if the calls still fail',
    query: Selection,
    answer: Type.Object({ reset: Type.Integer({ description: 'how many there were' }) }),
  }),
}
