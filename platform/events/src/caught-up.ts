import { setTimeout as delay } from 'node:timers/promises'
import type { EventLog, PartitionLag } from './event-log.ts'

const pollMs = 50

/** The groups that are still behind after the timeout. */
export interface CatchUp {
  readonly isCaughtUp: boolean
  /** Partitions in which a group has not reached the position that the log had when the wait started. */
  readonly behind: readonly PartitionLag[]
}

/**
 * Waits until the groups (all of them by default) have handled every event that is in the log now. A failed event counts as
 * handled once it is parked; `deadLetters` lists parked events.
 */
export async function waitUntilCaughtUp(
  log: EventLog,
  {
    groups,
    timeoutMs,
    signal,
  }: { readonly groups?: readonly string[]; readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<CatchUp> {
  const until = performance.now() + timeoutMs
  const read = async () => {
    if (groups === undefined) return log.lag()
    return (await Promise.all(groups.map((group) => log.lag(group)))).flat()
  }
  const keyOf = ({ group, topic, partition }: PartitionLag) => `${group} ${topic}/${partition}`
  let now = await read()
  const goals = new Map(now.map((each) => [keyOf(each), each.head]))
  for (;;) {
    const behind = now.filter((each) => each.position < (goals.get(keyOf(each)) ?? 0))
    if (behind.length === 0) return { isCaughtUp: true, behind }
    if (performance.now() >= until || signal?.aborted === true) return { isCaughtUp: false, behind }
    await delay(pollMs)
    now = await read()
  }
}

/** The lag of each group in events, over all its partitions. */
export async function consumerLag(log: EventLog): Promise<ReadonlyMap<string, number>> {
  const totals = new Map<string, number>()
  for (const { group, lag } of await log.lag()) totals.set(group, (totals.get(group) ?? 0) + lag)
  return totals
}
