import type { EventType } from '@stoa/contract'

/** An event on its way into a log: its CloudEvents 1.0 JSON, and what the log needs of it without reading that. */
export interface LogRecord {
  readonly id: string
  /** As `logTypeOf` returns it. */
  readonly type: string
  /** Events with the same key are in the same partition, in the order of their append. */
  readonly key: string
  readonly event: string
}

/** The position of an event in the log. */
export interface LogPosition {
  readonly topic: string
  readonly partition: number
  readonly position: number
}

/** An event in a log, its CloudEvents 1.0 JSON not yet parsed. */
export interface LoggedEvent extends LogPosition {
  readonly id: string
  /** With its major version behind a slash from 2 on: `order.created/2`. */
  readonly type: string
  readonly event: string
}

/** Events to append to one topic, all or none. */
export interface AppendBatch {
  readonly topic: string
  /** A numbered batch is appended once, however often it is sent. */
  readonly producer?: { readonly name: string; readonly batch: number }
  readonly records: readonly LogRecord[]
}

/** A range of one partition: what a batch was fetched from. */
export interface LogRange {
  readonly topic: string
  readonly partition: number
  /** The first position of the range. */
  readonly from: number
  /** The first position after it. */
  readonly to: number
}

/** What to hand to a consumer group. */
export interface SubscribeOptions {
  /**
   * Replicas that subscribe with the same name share the partitions. A group starts at the beginning of a topic that is new
   * to it; a type that is added later is delivered from the position of the group when the first replica with that type joins.
   */
  readonly group: string
  /**
   * As `logTypeOf` returns them. Replicas of two releases may subscribe to different types: neither skips an event that the other release
   * consumes. `all` are all events of all topics, also of types and topics that are declared later, from their first event on.
   */
  readonly types: readonly string[] | 'all'
  /**
   * Handles events of one partition in their order; partitions come at the same time. Their position is committed after
   * it; when it rejects, they are delivered again after a pause. At least once.
   */
  readonly handle: (events: readonly LoggedEvent[], range: LogRange) => Promise<void>
  /**
   * Returns the positions at which these partitions continue, given those that the log has. For a group that stores its positions in
   * the transactions of its effects: then `handle` is called for every range, also one without events, at the latest when the lease is
   * renewed; each range begins where the previous one ended. The positions are read when a partition is taken over, after `handle` has
   * rejected, and regularly while it is idle, so a group can be moved by changing them. Undefined or rejected: read again later.
   */
  readonly placesOf?: (positions: readonly LogPosition[]) => Promise<readonly LogPosition[] | undefined>
  /** Called for every failed round trip to the log; the subscription retries automatically. */
  readonly onTrouble: (error: unknown) => void
  /** Called when the log responds again. */
  readonly onRecovered?: () => void
  /** Events of one partition handed over at once; 100 unless given. */
  readonly maxBatch?: number
  /** The shortest time in milliseconds for which more events are collected after few; as long as the load suggests unless given. */
  readonly restMs?: number
  /** Milliseconds for which a hanging member keeps its partitions; 6,000 by default. A dead member loses them immediately. */
  readonly leaseMs?: number
  /**
   * Milliseconds for which the group waits, at an event that only the newest release consumes, for a new replica of that release; then it
   * skips the event. 60,000 by default.
   */
  readonly typeGraceMs?: number
}

/** A running member of a consumer group. */
export interface Subscription {
  /** Delivers no more events until `resume`; events in progress are completed. */
  readonly pause: () => void
  readonly resume: () => void
  /** Returns the partitions of this member. */
  readonly assigned: () => readonly { readonly topic: string; readonly partition: number }[]
  /** Waits for the events in progress, commits them and releases the partitions. */
  readonly stop: () => Promise<void>
}

/** How far a group is behind in one partition. */
export interface PartitionLag extends LogPosition {
  readonly group: string
  /** The position the next appended event gets. */
  readonly head: number
  /** Events the group has not handled, of all types. */
  readonly lag: number
}

/** The new position of a group. */
export type SeekTarget =
  | 'start'
  | 'end'
  | { readonly since: Temporal.Instant }
  | { readonly positions: readonly LogPosition[] }

/** Which events to read, outside of any group. */
export interface ReadOptions {
  /**
   * The beginning by default; `end` returns no events, only a cursor to follow from; `last` returns the latest matching events,
   * up to `limit`, and a cursor to follow from the end.
   */
  readonly from?: 'start' | 'end' | 'last' | { readonly cursor: string } | { readonly since: Temporal.Instant }
  readonly topics?: readonly string[]
  /** A type without a version stands for all of its versions. */
  readonly types?: readonly string[]
  readonly eventId?: string
  readonly subject?: string
  readonly correlationId?: string
  /**
   * Only events in which this identifier occurs as a whole text: the id of an order that other services' events are about, a SKU.
   * One word of 4 or more characters with a digit in it.
   */
  readonly text?: string
  /** 100 unless given. */
  readonly limit?: number
}

/** A page of the log over all partitions, in the order of append, and the cursor of the next page. */
export interface LogPage {
  readonly events: readonly (LoggedEvent & { readonly appendedAt: Temporal.Instant })[]
  readonly cursor: string
}

/** What was removed from the log, and what was not. */
export interface PruneOutcome {
  readonly events: number
  /** Groups that have not consumed what has outlived its retention. */
  readonly held: readonly { readonly topic: string; readonly group: string }[]
  /** Groups that were moved past events that they had not consumed, with the number of events. */
  readonly skipped: readonly { readonly topic: string; readonly group: string; readonly events: number }[]
}

/** The head of the audit trail of a service: the number of its last row, and its hash. */
export interface AuditHead {
  readonly sequence: number
  readonly hash: string
}

/** A head of an audit trail, with the time at which it was noted. */
export interface NotedAuditHead extends AuditHead {
  readonly notedAt: Temporal.Instant
}

/** The log of all domain events. Order is guaranteed per partition key; events are kept permanently unless their topic has a retention. */
export interface EventLog {
  /** Creates the topic and declares its types, by which consumers find the topic of a type. Idempotent. */
  readonly declare: (topic: string, types: readonly EventType[]) => Promise<void>
  /**
   * Appends durably, all or none. `repeated` when a batch of this number is in the log already.
   * @throws BatchOutOfSequence when the number was used for other events
   */
  readonly append: (batch: AppendBatch) => Promise<'appended' | 'repeated'>
  readonly subscribe: (options: SubscribeOptions) => Subscription
  readonly read: (options: ReadOptions) => Promise<LogPage>
  /** The lag of one group, or of all. */
  readonly lag: (group?: string) => Promise<readonly PartitionLag[]>
  /** Sets the position of a group (and creates the group for declared topics); active members drop their partitions. */
  readonly seek: (group: string, types: readonly string[], target: SeekTarget) => Promise<void>
  /** Sets the retention of a topic; undefined keeps its events permanently. */
  readonly setRetention: (topic: string, retentionMs: number | undefined) => Promise<void>
  /**
   * Removes events that are older than the retention of their topic, in the partitions of the driver, and creates the
   * next partitions. Events that a group has not consumed are kept, unless `isForced`: then the group continues with the oldest remaining event.
   */
  readonly prune: (options?: { readonly isForced?: boolean }) => Promise<PruneOutcome>
  /** Has all members of a group hand out nothing until `resume`, over restarts; false when there is no such group. */
  readonly pause: (group: string) => Promise<boolean>
  readonly resume: (group: string) => Promise<boolean>
  /** Since when a group is paused; undefined when it is not. */
  readonly pausedSince: (group: string) => Promise<Temporal.Instant | undefined>
  /** The first position of each partition of a topic that was appended at this time or later. */
  readonly positionsSince: (topic: string, since: Temporal.Instant) => Promise<readonly LogPosition[]>
  /** Rejects when the log cannot be reached. */
  /**
   * Notes the head of an audit trail, once for its number: no service can change a noted head, or note one of another service. Returns
   * the hash that is noted.
   */
  readonly noteAuditHead: (service: string, head: AuditHead) => Promise<string>
  /** The noted heads of an audit trail behind a number, in ascending order. */
  readonly auditHeads: (service: string, afterSequence: number, limit: number) => Promise<readonly NotedAuditHead[]>
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

/** The number of a batch was used for other events: outbox and log have been restored to different times. */
export class BatchOutOfSequence extends Error {
  readonly lastBatch: number

  constructor(producer: string, batch: number, lastBatch: number) {
    super(`the log has other events under batch ${batch} of ${producer}; its last one is ${lastBatch}`)
    this.name = 'BatchOutOfSequence'
    this.lastBatch = lastBatch
  }
}
