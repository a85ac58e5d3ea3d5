/** For how long a link counts against the next one to the same address. */
export const linkWindow = { hours: 24 } as const

const pause = { minutes: 1 } as const
const freeLinks = 3

/** The links that were mailed to an address within the window. */
export interface RecentLinks {
  readonly count: number
  readonly lastAt: Temporal.Instant | undefined
  /** Whether one of them can still be used. */
  readonly isOneValid: boolean
}

/**
 * Decides whether another link may be mailed: a minute after the last one, and from the fourth in a day on only when no
 * earlier one can be used. So a mailbox cannot be flooded, and its owner always has a link or gets one.
 */
export function mayMailLink({ count, lastAt, isOneValid }: RecentLinks, now: Temporal.Instant): boolean {
  if (lastAt !== undefined && Temporal.Instant.compare(lastAt.add(pause), now) > 0) return false
  return count < freeLinks || !isOneValid
}
