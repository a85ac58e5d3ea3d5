/** The time over which what an account creates is counted. */
export const countedMs = 24 * 3_600_000

/** Seconds until one more may be created; 0 if it may be now. The oldest one that counts stops counting first. */
export function secondsUntilNext(
  { count, oldestAt }: { readonly count: number; readonly oldestAt: Temporal.Instant | null },
  limit: number,
  now: Temporal.Instant,
): number {
  if (count < limit || oldestAt === null) return 0
  return Math.max(1, Math.ceil((oldestAt.epochMilliseconds + countedMs - now.epochMilliseconds) / 1_000))
}
