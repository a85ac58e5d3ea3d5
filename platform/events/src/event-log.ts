import type { EventType } from '@stoa/contract'

/** An event on its way into a log: its CloudEvents 1.0 JSON, and what the log needs of it without reading that. */
export interface LogRecord {
  readonly id: string
  readonly type: string
  /** Events of one key stand in one partition, in the order in which they were appended. */
  readonly key: string
  readonly event: string
}

/** Where an event stands in a log. */
export interface LogPosition {
  readonly topic: string
  readonly partition: number
  readonly position: number
}

/** An event in a log, its CloudEvents 1.0 JSON not yet parsed. */
export interface LoggedEvent extends LogPosition {
  readonly id: string
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

/** What to hand to a consumer group. */
export interface SubscribeOptions {
  /** Replicas that subscribe under one name share the partitions; a new group starts at the beginning. */
  readonly group: string
  readonly types: readonly string[]
  /**
   * Handles events of one partition in their order; partitions come at the same time. Their position is committed after
   * it; when it rejects, they are delivered again after a pause. At least once.
   */
  readonly handle: (events: readonly LoggedEvent[]) => Promise<void>
  /** Told of every failed round trip to the log; the subscription tries on by itself. */
  readonly onTrouble: (error: unknown) => void
  /** Told once the log answers again. */
  readonly onRecovered?: () => void
  /** Events of one partition handed over at once; 100 unless given. */
  readonly maxBatch?: number
  /** How long a member that hangs keeps its partitions; a dead one loses them at once. 6,000 unless given. */
  readonly leaseMs?: number
}

/** A running member of a consumer group. */
export interface Subscription {
  /** Hands out no more events until `resume`; those under way go on. */
  readonly pause: () => void
  readonly resume: () => void
  /** The partitions this member holds. */
  readonly assigned: () => readonly { readonly topic: string; readonly partition: number }[]
  /** Waits for what is under way, commits it and gives the partitions back. */
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

/** Where a group is to go on. */
export type SeekTarget =
  | 'start'
  | 'end'
  | { readonly since: Temporal.Instant }
  | { readonly positions: readonly LogPosition[] }

/** Which events to read, outside of any group. */
export interface ReadOptions {
  /**
   * The beginning unless given; `end` answers no events, but a cursor to follow from; `last` answers the latest that fit,
   * as many as `limit`, and a cursor to follow from the end.
   */
  readonly from?: 'start' | 'end' | 'last' | { readonly cursor: string } | { readonly since: Temporal.Instant }
  readonly topics?: readonly string[]
  readonly types?: readonly string[]
  readonly eventId?: string
  readonly subject?: string
  readonly correlationId?: string
  /** Only events in which this text occurs: the id of an order that other services' events speak of. */
  readonly text?: string
  /** 100 unless given. */
  readonly limit?: number
}

/** A page of the log over all partitions, by the time of appending, and where to go on. */
export interface LogPage {
  readonly events: readonly (LoggedEvent & { readonly appendedAt: Temporal.Instant })[]
  readonly cursor: string
}

/** The log of all domain events. Order holds per partition key; events stay for ever unless a topic says otherwise. */
export interface EventLog {
  /** Makes the topic and says which types stand in it; consumers find the topic of a type by it. Idempotent. */
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
  /** Sets where a group goes on (and makes it, for topics that are declared); members under way drop what they hold. */
  readonly seek: (group: string, types: readonly string[], target: SeekTarget) => Promise<void>
  /** How long the events of a topic are kept; undefined keeps them for ever. */
  readonly setRetention: (topic: string, retentionMs: number | undefined) => Promise<void>
  /** Deletes what has outlived its topic's retention; answers how many events that were. */
  readonly prune: () => Promise<number>
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
