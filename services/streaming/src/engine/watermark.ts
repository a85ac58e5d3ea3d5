/** How far a stream is in one partition of the log. */
export interface PartitionTime {
  /** Whether everything that was in the partition when its end was asked for has been read. */
  readonly isCaughtUp: boolean
  /** The time of the latest event that was read; undefined if none was. */
  readonly latestMs: number | undefined
}

/**
 * The time before which no event is expected: that of the partition that is furthest behind. A partition that has been read to its end
 * is as far as the clock was when its end was asked for. Undefined while a partition has events of which none was read.
 */
export function watermarkOf(partitions: readonly PartitionTime[], askedAtMs: number): number | undefined {
  let lowest = askedAtMs
  for (const { isCaughtUp, latestMs } of partitions) {
    if (isCaughtUp) continue
    if (latestMs === undefined) return undefined
    lowest = Math.min(lowest, latestMs)
  }
  return partitions.length === 0 ? undefined : lowest
}
