const restPerRoundTrip = 10
const longestRestMs = { few: 100, most: 300 }
const restPerEventMs = 25
const restPerSlowRoundTrip = 3

/**
 * Returns for how many milliseconds to collect more events after a small batch: ten times as long as it took, so that an idle
 * machine delays events for a few milliseconds, and a busy one handles few batches. The longest rest is 100 ms; where many events
 * arrive within it, or a batch takes long, up to 300 ms.
 */
export function restAfter(tookMs: number, gathered: number): number {
  const busyMs = Math.max(restPerEventMs * gathered, restPerSlowRoundTrip * tookMs)
  const longestMs = Math.min(longestRestMs.most, Math.max(longestRestMs.few, busyMs))
  return Math.min(longestMs, restPerRoundTrip * tookMs)
}
