/** The source of the current time; passed in, so that tests can control it. */
export interface Clock {
  readonly now: () => Temporal.Instant
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Temporal.Now.instant() }
