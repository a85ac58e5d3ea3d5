import { act, Changed, closed, inspect, InstantSchema, noteText, OperatingLimit, SearchText } from '@stoa/contract'
import { Type, type Static } from 'typebox'

/** A recorded error of a consumer. */
const RecordedError = Type.Object({
  name: Type.String(),
  message: Type.String(),
  code: Type.Optional(Type.String()),
  stack: Type.Optional(Type.String()),
})

/** What has become of an event that is not simply handled. */
export const LetterState = Type.Enum(['failing', 'waiting', 'dead', 'discarded'], {
  description:
    '`failing` is being retried, `waiting` waits behind a failed event of its key, `dead` requires an operator',
})
export type LetterState = Static<typeof LetterState>

const letter = {
  id: Type.Integer(),
  group: Type.String(),
  topic: Type.String(),
  key: Type.String(),
  eventId: Type.String(),
  type: Type.String(),
  state: LetterState,
  attempts: Type.Integer(),
  error: Type.Union([RecordedError, Type.Null()]),
  receivedAt: InstantSchema,
  failedAt: Type.Union([InstantSchema, Type.Null()]),
  discardReason: Type.Union([Type.String(), Type.Null()]),
}

/** One event that failed, waits behind a failed one, or was discarded. */
export const DeadLetter = Type.Object(letter)

/** The operating endpoints of the dead letters of a service. */
export const letterEndpoints = {
  listDeadLetters: inspect('dead-letters', {
    summary: 'List dead letters in the order of their arrival, by default those that require an operator',
    query: Type.Object(
      {
        state: Type.Optional(LetterState),
        after: Type.Optional(Type.Integer({ minimum: 0, description: 'the id after which the list starts' })),
        limit: OperatingLimit,
      },
      closed,
    ),
    answer: Type.Object({ items: Type.Array(DeadLetter) }),
  }),
  retryAllDeadLetters: act('dead-letters/retry', {
    summary: 'Handle the events of every dead key again; returns the number of keys',
    answer: Changed,
  }),
  showDeadLetter: inspect('dead-letters/{id}', {
    summary: 'Show a dead letter with its event',
    answer: Type.Object({ ...letter, event: Type.Unknown() }),
  }),
  retryDeadLetter: act('dead-letters/{id}/retry', {
    summary: 'Handle the events of the key of a dead letter again, in order',
    answer: Type.Object({ retried: Type.Integer() }),
  }),
  discardDeadLetter: act('dead-letters/{id}/discard', {
    summary: 'Drop an event permanently; the events queued behind it continue',
    body: Type.Object({ reason: noteText(500) }, closed),
    answer: Type.Object({ discarded: Type.Integer() }),
  }),
}

const position = { topic: Type.String(), partition: Type.Integer(), position: Type.Integer() }

/** An event in the log. */
export const EventInLog = Type.Object({
  ...position,
  appendedAt: InstantSchema,
  event: Type.Object(
    { id: Type.String(), type: Type.String(), subject: Type.String(), time: InstantSchema },
    { description: 'CloudEvents 1.0, with all its attributes', additionalProperties: true },
  ),
})
export type EventInLog = Readonly<Static<typeof EventInLog>>

/** The most characters of a cursor of the event log: it has a position for each partition. */
export const longestCursor = 10_000

/** The operating endpoints of the event log, which all services share. */
export const logEndpoints = {
  listEvents: inspect('events', {
    summary: 'Read the event log of the whole system',
    query: Type.Object(
      {
        from: Type.Optional(SearchText),
        cursor: Type.Optional(Type.String({ maxLength: longestCursor, pattern: '^[^\\u0000]*$' })),
        type: Type.Optional(Type.Array(SearchText, { maxItems: 50 })),
        subject: Type.Optional(SearchText),
        text: Type.Optional(SearchText),
        limit: OperatingLimit,
      },
      closed,
    ),
    answer: Type.Object({ items: Type.Array(EventInLog), cursor: Type.String() }),
  }),
  showEvent: inspect('events/{id}', { summary: 'Show an event of the log', answer: EventInLog }),
}

/** The operating endpoint of the outbox of a service. */
export const outboxEndpoints = {
  showOutbox: inspect('outbox', {
    summary: 'Count the events that are not in the log yet',
    answer: Type.Object({ pending: Type.Integer() }),
  }),
}

const PartitionLag = Type.Object({
  ...position,
  group: Type.String(),
  head: Type.Integer({ description: 'the position that the next event gets' }),
  lag: Type.Integer(),
})

/** What a replay comes to. */
export const ReplayPlan = Type.Object({
  events: Type.Integer({ description: 'events that are delivered again' }),
  known: Type.Integer({ description: 'of these, those whose effect the inbox knows' }),
  forgotten: Type.Integer({ description: 'of these, those too old for the inbox to know whether they took effect' }),
  positions: Type.Array(Type.Object(position), { description: 'the first of them in each partition' }),
})

const Paused = Type.Object({ group: Type.String(), isPaused: Type.Boolean() })

export type ReplayPlan = Readonly<Static<typeof ReplayPlan>>

/** The operating endpoints of the consumer group of a service. */
export const consumerEndpoints = {
  showConsumer: inspect('consumer', {
    summary: 'Show the consumer group of the service: its types, its lag by partition, and whether it is paused',
    answer: Type.Object({
      group: Type.String(),
      types: Type.Array(Type.String()),
      pausedSince: Type.Union([InstantSchema, Type.Null()]),
      lag: Type.Integer(),
      strandedKeys: Type.Integer({ description: 'dead keys without a dead letter; there must be none' }),
      partitions: Type.Array(PartitionLag),
    }),
  }),
  pauseConsumer: act('consumer/pause', {
    summary: 'Pause the consumer group in all instances, also after restarts, until it is resumed',
    answer: Paused,
  }),
  resumeConsumer: act('consumer/resume', { summary: 'Resume the consumer group', answer: Paused }),
  replayEvents: act('consumer/replay', {
    summary: 'Move the consumer group back, so that its events from there on are delivered again',
    body: Type.Object(
      {
        from: Type.String({ maxLength: 500, description: 'start, a time, or TOPIC/PARTITION:POSITION' }),
        isDryRun: Type.Optional(Type.Boolean({ description: 'only returns what would be done' })),
        anew: Type.Optional(Type.Boolean({ description: 'whether events that took effect take effect again' })),
      },
      closed,
    ),
    answer: ReplayPlan,
  }),
}
