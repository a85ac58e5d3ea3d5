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

/** A continuous query over the event log. */
export const Stream = Type.Object({
  name: StreamName,
  consumes: Type.Array(Type.String()),
  measures: Type.Array(Type.String()),
  windowSeconds: Type.Integer(),
  latenessSeconds: Type.Integer({ description: 'how much later than the watermark an event may be and still count' }),
  state: Type.Enum(['running', 'paused']),
  pausedSince: Type.Optional(InstantSchema),
  lag: Type.Integer({ minimum: 0, description: 'events in the log that it has not read' }),
  watermark: Type.Optional({ ...InstantSchema, description: 'no event before this time is expected' }),
  lateEvents: Type.Integer({ minimum: 0, description: 'events that were too late to count' }),
})
export type Stream = Static<typeof Stream>

/** A stream with its last results, newest first. */
export const StreamWithResults = Type.Object({
  ...Stream.properties,
  results: Type.Array(WindowResult, { maxItems: 20 }),
})
export type StreamWithResults = Static<typeof StreamWithResults>
