import { InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'

/** The name of a stream, such as orders. */
export const StreamName = Type.String({ pattern: '^[a-z][a-z0-9-]{0,49}$', description: 'name of stream' })
export type StreamName = Static<typeof StreamName>

/** What the events of a window have in common, such as their currency. */
export const WindowKey = Type.Record(Type.String({ pattern: '^[a-zA-Z]{1,40}$' }), Type.String({ maxLength: 200 }))
export type WindowKey = Static<typeof WindowKey>

/** The measures of a window, by their names: counts, and sums of minor units. */
export const WindowValues = Type.Record(Type.String({ pattern: '^[a-zA-Z]{1,40}$' }), Type.Integer())
export type WindowValues = Static<typeof WindowValues>

/** The result of a window: what a stream has measured in it, for one key. */
export const WindowResult = Type.Object({
  key: WindowKey,
  windowStart: InstantSchema,
  windowEnd: { ...InstantSchema, description: 'does not belong to the window' },
  values: WindowValues,
  isClosed: Type.Boolean({
    description: 'no further event is expected; a late one within the bound still corrects the result',
  }),
})
export type WindowResult = Static<typeof WindowResult>

/** Events of one key that together match a pattern. A correction has the id of the match, and replaces it. */
export const PatternMatch = Type.Object({
  matchId: Type.String({ format: 'uuid', description: 'the id of the first of its events' }),
  key: WindowKey,
  startsAt: { ...InstantSchema, description: 'the time of its first event' },
  endsAt: { ...InstantSchema, description: 'the time at which the pattern was complete' },
  eventIds: Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 100 }),
  state: Type.Enum(['detected', 'withdrawn'], {
    description: 'withdrawn: an event that arrived later shows that there is no such match',
  }),
})
export type PatternMatch = Static<typeof PatternMatch>

/** A continuous query over the event log. */
export const Stream = Type.Object({
  name: StreamName,
  kind: Type.Optional(Type.Enum(['windows', 'pattern'])),
  consumes: Type.Array(Type.String()),
  measures: Type.Array(Type.String()),
  windowSeconds: Type.Integer({ description: 'the length of a window, or the time within which a pattern is matched' }),
  latenessSeconds: Type.Integer({ description: 'how much later than the watermark an event may be and still count' }),
  state: Type.Enum(['running', 'paused']),
  pausedSince: Type.Optional(InstantSchema),
  lag: Type.Integer({ minimum: 0, description: 'events in the log that it has not read' }),
  watermark: Type.Optional({ ...InstantSchema, description: 'no event before this time is expected' }),
  lateEvents: Type.Integer({ minimum: 0, description: 'events that were too late to count' }),
  droppedEvents: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'events that did not count because a key had too many; 0 unless a limit was reached',
    }),
  ),
})
export type Stream = Static<typeof Stream>

/** A stream with its last results, or the last matches of its pattern, newest first. */
export const StreamWithResults = Type.Object({
  ...Stream.properties,
  results: Type.Array(WindowResult, { maxItems: 20 }),
  matches: Type.Optional(Type.Array(PatternMatch, { maxItems: 20 })),
})
export type StreamWithResults = Static<typeof StreamWithResults>
