const restPerRoundTrip = 10
const longestRestMs = 100

/**
 * Returns for how many milliseconds to collect more events after a small batch: ten times as long as it took, so that an idle
 * machine delays events for a few milliseconds, and a busy one handles few batches.
 */
export function restAfter(tookMs: number): number {
  return Math.min(longestRestMs, restPerRoundTrip * tookMs)
}
