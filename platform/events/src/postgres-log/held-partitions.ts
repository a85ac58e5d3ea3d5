import type { LoggedEvent } from '../event-log.ts'
import type { FetchedRow, Ownership } from './membership.ts'

/** A partition that this member owns, and how far it is with it. */
export interface Held {
  readonly topic: number
  readonly part: number
  readonly epoch: number
  /** What is fetched next. */
  next: number
  /** Everything before it has been handled. */
  handledTo: number
  /** `handledTo` as the log knows it. */
  committed: number
  isBusy: boolean
  mayHaveMore: boolean
  /** performance.now() before which it rests, because its handler failed. */
  restsUntil: number
}

/** The partitions of one member, by topic and number. */
export interface HeldPartitions {
  readonly all: () => Held[]
  /** Adds what is owned and not held, drops what is held and no longer owned under that epoch. */
  readonly sync: (owned: readonly Ownership[]) => void
  readonly add: (owned: readonly Ownership[]) => void
  readonly drop: (gone: readonly { readonly topic: number; readonly part: number }[]) => void
  readonly find: (topic: number, part: number) => Held | undefined
  /** Notes that these topics (all of them unless told) may have news. */
  readonly expectMore: (topic?: number) => void
  readonly clear: () => void
}

const keyOf = ({ topic, part }: { topic: number; part: number }) => topic * 65_536 + part

export function makeHeldPartitions(): HeldPartitions {
  const held = new Map<number, Held>()
  const add = (owned: readonly Ownership[]) => {
    for (const { topic, part, epoch, position } of owned) {
      const fresh = {
        next: position,
        handledTo: position,
        committed: position,
        isBusy: false,
        mayHaveMore: true,
        restsUntil: 0,
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

/** The events among the rows that somebody asked for. */
export function wanted(rows: readonly FetchedRow[], topicName: string): LoggedEvent[] {
  return rows.flatMap(({ part, position, event_id, type, event }) =>
    event === null ? [] : [{ topic: topicName, partition: part, position, id: event_id, type, event }],
  )
}
