import type { Interval } from '@stoa/contracts/analytics/resources'

/** A period in whole intervals; its end does not belong to it. */
export interface Range {
  readonly from: Temporal.Instant
  readonly to: Temporal.Instant
}

const lengthMs: Readonly<Record<Interval, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** The most intervals of a response. */
export const mostIntervals = 1_500
const defaultIntervals = 60

// the years 0001 to 9999, which a response can state
const earliestMs = Temporal.Instant.from('0001-01-01T00:00:00Z').epochMilliseconds
const latestMs = Temporal.Instant.from('9999-12-31T23:59:59Z').epochMilliseconds

/** Widens a period to whole intervals; undefined if it is empty, has too many of them, or leaves the years 0001 to 9999. */
export function rangeOf(
  { from, to }: { readonly from?: Temporal.Instant; readonly to?: Temporal.Instant },
  interval: Interval,
  now: Temporal.Instant,
): Range | undefined {
  const length = lengthMs[interval]
  const toMs = Math.ceil((to ?? now).epochMilliseconds / length) * length
  const fromMs =
    from === undefined ? toMs - defaultIntervals * length : Math.floor(from.epochMilliseconds / length) * length
  const count = (toMs - fromMs) / length
  if (count < 1 || count > mostIntervals || fromMs < earliestMs || toMs > latestMs) return undefined
  return { from: Temporal.Instant.fromEpochMilliseconds(fromMs), to: Temporal.Instant.fromEpochMilliseconds(toMs) }
}
