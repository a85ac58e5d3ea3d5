/** The source of the current time; passed in, so that tests can control it. */
export interface Clock {
  readonly now: () => Temporal.Instant
}

/** The machine's clock, to the microsecond: a time that is stored and read again is the one that was returned before. */
export const systemClock: Clock = {
  now: () => Temporal.Now.instant().round({ smallestUnit: 'microsecond', roundingMode: 'floor' }),
}
