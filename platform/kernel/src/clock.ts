/** Where "now" comes from; passed in, so that tests own it. */
export interface Clock {
  readonly now: () => Temporal.Instant
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Temporal.Now.instant() }
