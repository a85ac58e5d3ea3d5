/** Days of UTC, both included. */
export interface DayRange {
  readonly from: string
  readonly to: string
}

const mostDays = 366
/** The first day that a client can name. */
const firstDay = Temporal.PlainDate.from('1000-01-01')
const defaultDays = 31

/** The requested range; by default it ends today and has 31 days. Undefined if it is empty or longer than 366 days. */
export function rangeOf(
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: Temporal.Instant,
): DayRange | undefined {
  const to = asked.to === undefined ? now.toZonedDateTimeISO('UTC').toPlainDate() : Temporal.PlainDate.from(asked.to)
  const from = asked.from === undefined ? to.subtract({ days: defaultDays - 1 }) : Temporal.PlainDate.from(asked.from)
  if (Temporal.PlainDate.compare(from, firstDay) < 0) return { from: firstDay.toString(), to: to.toString() }
  const days = from.until(to).total({ unit: 'days' }) + 1
  return days < 1 || days > mostDays ? undefined : { from: from.toString(), to: to.toString() }
}
