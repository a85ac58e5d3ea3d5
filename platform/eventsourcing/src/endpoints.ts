import { act, inspect } from '@stoa/contract'
import { Type } from 'typebox'

/** A generation of a read model: the live one, or one that is built to replace it. */
export const ProjectionReport = Type.Object({
  name: Type.String(),
  generation: Type.Integer(),
  isLive: Type.Boolean(),
  position: Type.Integer(),
  lag: Type.Integer({ description: 'events behind its position' }),
  failedPosition: Type.Union([Type.Integer(), Type.Null()], {
    description: 'the event in front of which it has stopped',
  }),
  failures: Type.Integer(),
  error: Type.Union([Type.String(), Type.Null()]),
})

/** The operating endpoints of the read models of a service that stores events. */
export const projectionEndpoints = {
  listProjections: inspect('projections', {
    summary: 'List the read models of the service with their positions, and where one has stopped and why',
    answer: Type.Object({ items: Type.Array(ProjectionReport) }),
  }),
  retryProjection: act('projections/{name}/retry', {
    summary: 'Retry a read model that has stopped without waiting for its next attempt',
    answer: Type.Object({ retried: Type.String() }),
  }),
  rebuildProjection: act('projections/{name}/rebuild', {
    summary: 'Build a read model again beside the live one, which it replaces as soon as it is not behind it',
    answer: Type.Object({ started: Type.String() }),
  }),
}
