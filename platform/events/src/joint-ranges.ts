import type { LoggedEvent, LogRange } from './event-log.ts'
import { handleRange, handleTogether, RangeMoved, type BatchHandling } from './handle-batch.ts'
import { isAway } from './retry-policy.ts'

/** Handles a range of a partition; rejects if that has to be repeated. */
export type TakeRange = (logged: readonly LoggedEvent[], range: LogRange) => Promise<void>

interface Waiting {
  readonly logged: readonly LoggedEvent[]
  readonly range: LogRange
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Lets ranges of different partitions share transactions, one at a time: whatever arrives while one is in progress shares the next. When a
 * joint transaction fails, each of its ranges is handled in a transaction of its own, so that only the one at fault fails.
 */
export function makeJointRanges(handling: BatchHandling): TakeRange {
  let waiting: Waiting[] = []
  let isRunning = false

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const together = inOrder(waiting)
      waiting = []
      if (!(await tryTogether(handling, together))) for (const each of together) await settle(handling, each)
    }
    isRunning = false
  }

  return (logged, range) =>
    new Promise((resolve, reject) => {
      waiting.push({ logged, range, resolve, reject })
      if (isRunning) return
      isRunning = true
      // What is delivered in the same moment comes along.
      queueMicrotask(() => void work())
    })
}

/** Positions are locked in the same order everywhere. */
function inOrder(waiting: readonly Waiting[]): Waiting[] {
  return waiting.toSorted(
    ({ range: a }, { range: b }) => (a.topic < b.topic ? -1 : Number(a.topic > b.topic)) || a.partition - b.partition,
  )
}

/** Returns false if each has to be handled alone. */
async function tryTogether(handling: BatchHandling, together: readonly Waiting[]): Promise<boolean> {
  if (together.length < 2) return false
  try {
    await handleTogether(handling, together)
  } catch (error) {
    if (!isAway(error) || error instanceof RangeMoved) return false
    for (const { reject } of together) reject(error)
    return true
  }
  for (const { resolve } of together) resolve()
  return true
}

async function settle(handling: BatchHandling, { logged, range, resolve, reject }: Waiting): Promise<void> {
  await handleRange(handling, logged, range).then(resolve, reject)
}
