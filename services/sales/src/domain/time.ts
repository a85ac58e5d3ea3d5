/** The time as events have it: to the millisecond, which every store and client keeps. */
export function toMilliseconds(time: Temporal.Instant): Temporal.Instant {
  return time.round({ smallestUnit: 'millisecond', roundingMode: 'floor' })
}
