/**
 * A delay with full jitter (Brooker, "Exponential Backoff And Jitter"): between 0 and `baseMs` for the first retry,
 * twice as much for each one after it, never over `maxMs`.
 */
export function fullJitterMs(retry: number, baseMs: number, maxMs: number, random: () => number): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (retry - 1))
}
