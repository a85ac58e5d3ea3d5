/** The hours in which staff work, by the calendar of one time zone. */
export interface BusinessHours {
  readonly timeZone: string
  /** The days of the week with work, 1 (Monday) to 7 (Sunday); at least one. */
  readonly days: ReadonlySet<number>
  readonly opensAt: Temporal.PlainTime
  /** After `opensAt`; the last minute of the day is the latest. */
  readonly closesAt: Temporal.PlainTime
  /** Days without work, as ISO 8601 dates. */
  readonly holidays: ReadonlySet<string>
}

interface Opening {
  readonly from: number
  readonly until: number
}

/**
 * The opening of a day in milliseconds since the epoch, if there is one. A time that the clock change skips is read as the
 * same time after it, so a day can be shorter or longer than the difference of its two times.
 */
function openingOn(hours: BusinessHours, day: Temporal.PlainDate): Opening | undefined {
  if (!hours.days.has(day.dayOfWeek) || hours.holidays.has(day.toString())) return undefined
  const at = (plainTime: Temporal.PlainTime) =>
    day.toZonedDateTime({ timeZone: hours.timeZone, plainTime }).epochMilliseconds
  const opening = { from: at(hours.opensAt), until: at(hours.closesAt) }
  return opening.from < opening.until ? opening : undefined
}

function dayOf({ timeZone }: BusinessHours, instant: Temporal.Instant): Temporal.PlainDate {
  return instant.toZonedDateTimeISO(timeZone).toPlainDate()
}

/** The milliseconds of business hours between two instants; 0 if the second one is not later. */
export function businessMsBetween(hours: BusinessHours, from: Temporal.Instant, until: Temporal.Instant): number {
  const last = dayOf(hours, until)
  let sum = 0
  for (let day = dayOf(hours, from); Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    const opening = openingOn(hours, day)
    if (opening === undefined) continue
    const start = Math.max(opening.from, from.epochMilliseconds)
    const end = Math.min(opening.until, until.epochMilliseconds)
    sum += Math.max(0, end - start)
  }
  return sum
}

/** More days without any opening than any list of holidays explains. */
const mostClosedDays = 3_660

/**
 * The first instant at which this many milliseconds of business hours have passed since `start`; for 0 or less, `start`.
 * @throws RangeError when no day of ten years is open
 */
export function addBusinessMs(hours: BusinessHours, start: Temporal.Instant, ms: number): Temporal.Instant {
  if (ms <= 0) return start
  let left = ms
  let closedDays = 0
  for (let day = dayOf(hours, start); closedDays < mostClosedDays; day = day.add({ days: 1 })) {
    const opening = openingOn(hours, day)
    if (opening === undefined) {
      closedDays += 1
      continue
    }
    closedDays = 0
    const from = Math.max(opening.from, start.epochMilliseconds)
    if (from + left <= opening.until) return Temporal.Instant.fromEpochMilliseconds(from + left)
    left -= Math.max(0, opening.until - from)
  }
  throw new RangeError('the business hours have no open day in ten years')
}
