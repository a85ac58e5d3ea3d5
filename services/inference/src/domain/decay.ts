const halfLifeMs = 90 * 24 * 3_600_000
const landmarkMs = Date.UTC(2025, 0, 1)

/**
 * The weight of an order of this time: it doubles every 90 days, so older orders count less beside newer ones without any being changed
 * (forward decay, Cormode et al. 2009). A double holds weights for more than two centuries.
 */
export function weightAt(time: Temporal.Instant): number {
  return 2 ** ((time.epochMilliseconds - landmarkMs) / halfLifeMs)
}
