/** The wall times of a schedule: minute, hours, days of the month, months and weekdays of cron. */
export interface Cron {
  readonly minute: number
  readonly hours: readonly number[]
  /** Written as `*` or `*\/n`: the schedule follows the hours that pass, not those that a clock on the wall names. */
  readonly isByHour: boolean
  readonly months: readonly number[]
  /** Undefined if every day of the month matches. */
  readonly days: readonly number[] | undefined
  /** From 1, Monday, to 7, Sunday; undefined if every weekday matches. */
  readonly weekdays: readonly number[] | undefined
}

const weekdayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** Parses the five fields of cron. The minute is one number: a schedule is due at most once an hour. @throws RangeError with a text for people */
export function parseCron(text: string): Cron {
  const fields = text.trim().toLowerCase().split(/\s+/)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  if (fields.length !== 5) throw new RangeError('A schedule has five fields: minute, hour, day, month, weekday.')
  if (!/^\d{1,2}$/.test(minute) || Number(minute) > 59)
    throw new RangeError(`The minute is one number from 0 to 59, not ${minute}.`)
  const cron: Cron = {
    minute: Number(minute),
    hours: valuesOf(hour, { name: 'hour', from: 0, to: 23 }),
    isByHour: hour.startsWith('*'),
    months: valuesOf(month, { name: 'month', from: 1, to: 12 }),
    days: day === '*' ? undefined : valuesOf(day, { name: 'day', from: 1, to: 31 }),
    weekdays: weekday === '*' ? undefined : weekdaysOf(weekday),
  }
  const { days, months, weekdays } = cron
  const longest = Math.max(
    ...months.map((each) => Temporal.PlainDate.from({ year: 2028, month: each, day: 1 }).daysInMonth),
  )
  if (days !== undefined && weekdays === undefined && Math.min(...days) > longest)
    throw new RangeError(`No such month has a day ${Math.min(...days)}.`)
  return cron
}

function weekdaysOf(text: string): number[] {
  const numbered = text.replaceAll(/mon|tue|wed|thu|fri|sat|sun/g, (name) => String(weekdayNames.indexOf(name) + 1))
  // cron has Sunday as 0 and as 7
  const values = valuesOf(numbered, { name: 'weekday', from: 0, to: 7 })
  return [...new Set(values.map((value) => (value === 0 ? 7 : value)))].toSorted((a, b) => a - b)
}

interface Range {
  readonly name: string
  readonly from: number
  readonly to: number
}

function valuesOf(text: string, { name, from, to }: Range): number[] {
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const [, all, first, last, step] = /^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? []
    if (all === undefined && first === undefined) throw new RangeError(`${part} is no ${name}.`)
    const begin = first === undefined ? from : Number(first)
    const end = last === undefined ? (first === undefined || step !== undefined ? to : begin) : Number(last)
    const every = step === undefined ? 1 : Number(step)
    if (begin < from || end > to || begin > end || every === 0)
      throw new RangeError(`${part} is no ${name} from ${from} to ${to}.`)
    for (let value = begin; value <= end; value += every) values.add(value)
  }
  return [...values].toSorted((a, b) => a - b)
}

// no schedule waits longer: 29 February on a Sunday comes every 28 years, and once after 40
const longestDays = 15_000

/**
 * Returns when a schedule is due next after a time; undefined if it is never due again. When clocks are set forward, a wall time that is skipped
 * is due later by the same amount; when they are set back, a repeated wall time is due the first time only. An hourly schedule is due in
 * each hour that passes. Therefore no due time is skipped or repeated.
 */
export function nextDue(cron: Cron, timeZone: string, after: Temporal.Instant): Temporal.Instant | undefined {
  // the day before may be due late
  let date = after.toZonedDateTimeISO(timeZone).toPlainDate().subtract({ days: 1 })
  for (let passed = 0; passed < longestDays; passed += 1, date = date.add({ days: 1 })) {
    if (!isDay(cron, date)) continue
    const next = instantsOn(date, cron, timeZone)
      .filter((instant) => Temporal.Instant.compare(instant, after) > 0)
      .toSorted((a, b) => Temporal.Instant.compare(a, b))[0]
    if (next !== undefined) return next
  }
  return undefined
}

/** As in cron: of a day of the month and a weekday, one that matches is enough if both are given. */
function isDay({ months, days, weekdays }: Cron, date: Temporal.PlainDate): boolean {
  if (!months.includes(date.month)) return false
  if (days === undefined) return weekdays === undefined || weekdays.includes(date.dayOfWeek)
  return days.includes(date.day) || weekdays?.includes(date.dayOfWeek) === true
}

function instantsOn(date: Temporal.PlainDate, { hours, minute, isByHour }: Cron, timeZone: string): Temporal.Instant[] {
  return hours.flatMap((hour) => {
    const wall = date.toPlainDateTime({ hour, minute })
    const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) =>
      wall.toZonedDateTime(timeZone, { disambiguation }),
    )
    if (earlier === undefined || later === undefined) return []
    if (earlier.epochNanoseconds === later.epochNanoseconds) return [earlier.toInstant()]
    const comesTwice = earlier.toPlainDateTime().equals(wall)
    if (comesTwice) return isByHour ? [earlier.toInstant(), later.toInstant()] : [earlier.toInstant()]
    return isByHour ? [] : [later.toInstant()]
  })
}
