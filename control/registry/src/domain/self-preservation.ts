/** What is known when leases are over. */
export interface Vanishing {
  /** Instances registered now, the expired ones included. */
  readonly registered: number
  readonly expired: number
  /** Removed for an expired lease within the last minute; who left gracefully does not count. */
  readonly removedLastMinute: number
}

const fewest = 10

/**
 * Whether instances may be removed: not when more than half of at least ten have vanished within a minute, as then it is
 * more likely the registry that is cut off than they.
 */
export function mayRemove({ registered, expired, removedLastMinute }: Vanishing): boolean {
  const aMinuteAgo = registered + removedLastMinute
  return aMinuteAgo < fewest || (expired + removedLastMinute) * 2 <= aMinuteAgo
}

/** The status of an instance after a probe: unhealthy from the third failure in a row, healthy after one good answer. */
export function statusAfterProbe(failedProbes: number): 'healthy' | 'unhealthy' {
  return failedProbes >= 3 ? 'unhealthy' : 'healthy'
}
