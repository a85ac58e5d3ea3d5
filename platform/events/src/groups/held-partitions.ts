import type { LoggedEvent } from '../event-log.ts'
import type { FetchedRow } from './fetched.ts'
import type { Ownership, Taken } from './membership.ts'

/** A partition that this member owns, and how far it is with it. */
export interface Held {
  readonly topic: number
  readonly part: number
  readonly epoch: number
  /** Whether it was taken over from a member that could not handle the next event. */
  readonly wasBlocked: boolean
  /** The next position to fetch. */
  next: number
  /** Everything before it has been handled. */
  handledTo: number
  /** `handledTo` as committed in the log. */
  committed: number
  /** Where the range of the next batch begins; behind `handledTo` after events that the group does not consume. */
  rangeFrom: number
  /** Whether it waits for the position that the group itself stores. */
  isUnplaced: boolean
  isBusy: boolean
  mayHaveMore: boolean
  /** performance.now() before which it rests, because its handler failed. */
  restsUntil: number
  /** Whether it is released after the current batch, because other members have too few partitions. */
  isLeaving: boolean
  /** The type of the next event, which this member does not know and another release wants: it is given back for that. */
  blockedBy: string | undefined
}

/** The partitions of one member, by topic and number. */
export interface HeldPartitions {
  readonly all: () => Held[]
  /** Adds newly owned partitions, and drops those that are no longer owned with the same epoch. */
  readonly sync: (owned: readonly Ownership[]) => void
  readonly add: (owned: readonly (Ownership | Taken)[]) => void
  readonly drop: (gone: readonly { readonly topic: number; readonly part: number }[]) => void
  readonly find: (topic: number, part: number) => Held | undefined
  /** Notes that these topics (all of them by default) may have new events. */
  readonly expectMore: (topic?: number) => void
  readonly clear: () => void
}

const keyOf = ({ topic, part }: { topic: number; part: number }) => topic * 65_536 + part

export function makeHeldPartitions(): HeldPartitions {
  const held = new Map<number, Held>()
  const add: HeldPartitions['add'] = (owned) => {
    for (const each of owned) {
      const { topic, part, epoch, position } = each
      const fresh = {
        next: position,
        handledTo: position,
        committed: position,
        rangeFrom: position,
        isUnplaced: true,
        isBusy: false,
        mayHaveMore: true,
        restsUntil: 0,
        wasBlocked: 'was_blocked' in each && each.was_blocked,
        isLeaving: false,
        blockedBy: undefined,
      }
      held.set(keyOf({ topic, part }), { topic, part, epoch, ...fresh })
    }
  }
  return {
    all: () => [...held.values()],
    add,
    sync(owned) {
      const epochs = new Map(owned.map((each) => [keyOf(each), each.epoch]))
      for (const [key, { epoch }] of held) if (epochs.get(key) !== epoch) held.delete(key)
      add(owned.filter((each) => !held.has(keyOf(each))))
    },
    drop(gone) {
      for (const each of gone) held.delete(keyOf(each))
    },
    find: (topic, part) => held.get(keyOf({ topic, part })),
    expectMore(topic) {
      for (const each of held.values()) if (topic === undefined || each.topic === topic) each.mayHaveMore = true
    },
    clear: () => held.clear(),
  }
}

/** Puts fetched rows together by partition, in their order. */
export function byPartition(rows: readonly FetchedRow[]): FetchedRow[][] {
  const batches: FetchedRow[][] = []
  for (const row of rows) {
    const last = batches.at(-1)
    if (last?.[0]?.topic === row.topic && last[0].part === row.part) last.push(row)
    else batches.push([row])
  }
  return batches
}

/** Returns the events that this member consumes. */
export function wanted(rows: readonly FetchedRow[], topicName: string): LoggedEvent[] {
  return rows.flatMap(({ part, position, event_id, type, event }) =>
    event === null ? [] : [{ topic: topicName, partition: part, position, id: event_id, type, event }],
  )
}
