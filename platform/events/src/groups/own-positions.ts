import type { LogPosition } from '../event-log.ts'
import { handOver } from './hand-over.ts'
import type { Held } from './held-partitions.ts'
import type { MemberRun } from './member-run.ts'

const restMs = 1_000

/** Sets new partitions to the positions that the group stores itself; without such positions, to those of the log. */
export async function place({ options, held, topics, waker }: MemberRun): Promise<void> {
  const now = performance.now()
  const unplaced = held.all().filter((each) => each.isUnplaced && !each.isBusy && each.restsUntil <= now)
  if (unplaced.length === 0) return
  const { placesOf } = options
  if (placesOf === undefined) {
    for (const each of unplaced) each.isUnplaced = false
    return
  }
  const positions = await placesOf(unplaced.map((each) => positionOf(each, topics))).catch(() => undefined)
  if (positions === undefined) {
    for (const each of unplaced) each.restsUntil = performance.now() + restMs
    setTimeout(waker.wake, restMs).unref()
    return
  }
  for (const each of unplaced) {
    const { topic, partition } = positionOf(each, topics)
    const stored = positions.find((found) => found.topic === topic && found.partition === partition)
    if (stored === undefined) continue
    each.isUnplaced = false
    each.rangeFrom = stored.position
    // Behind what was handled after the group was moved back; ahead after a handler whose commit was not confirmed.
    if (stored.position === each.handledTo) continue
    each.next = stored.position
    each.handledTo = stored.position
    each.mayHaveMore = true
  }
}

/**
 * With the lease: ends the ranges without events, so that the stored positions reach the end of the log, and reads the other
 * positions again, because the group may have been moved.
 */
export function compareOwnPositions(run: MemberRun): void {
  if (run.options.placesOf === undefined) return
  for (const each of run.held.all()) {
    if (each.isBusy || each.isUnplaced || each.isLeaving) continue
    if (each.rangeFrom !== each.handledTo && each.handledTo === each.next) handOver(run, each, [])
    else each.isUnplaced = true
  }
}

function positionOf({ topic, part, next }: Held, topics: ReadonlyMap<number, string>): LogPosition {
  return { topic: topics.get(topic) ?? '', partition: part, position: next }
}
