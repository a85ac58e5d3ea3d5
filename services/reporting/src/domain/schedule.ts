import type { Schedule, SchedulePeriod, ScheduleRequest } from '@stoa/contracts/reporting/resources'
import { isCurrency, isTimeZone } from '@stoa/kernel'
import { findInvalid, type Content } from './content.ts'
import { nextDue, parseCron } from './cron.ts'
import { contentOf } from './templates.ts'

/** Why a schedule cannot be followed. */
export interface InvalidSchedule {
  readonly code: 'reporting.schedule_invalid' | 'reporting.query_invalid'
  readonly detail: string
}

/** Checks a schedule, at this time. */
export function findInvalidSchedule(request: ScheduleRequest, now: Temporal.Instant): InvalidSchedule | undefined {
  const { template, query, chart, currency, cron, timeZone } = request
  const invalid = (detail: string) => ({ code: 'reporting.schedule_invalid', detail }) as const
  if ((template === undefined) === (query === undefined))
    return invalid('A schedule has a template or a query, and not both.')
  if (query === undefined && chart !== undefined) return invalid('A template has a chart of its own.')
  if (template === undefined && currency !== undefined)
    return invalid('A query is filtered by its filters, not by currency.')
  if (currency !== undefined && !isCurrency(currency)) return invalid(`${currency} is not a currency of ISO 4217.`)
  if (!isTimeZone(timeZone)) return invalid(`${timeZone} is not a time zone.`)
  try {
    if (nextDue(parseCron(cron), timeZone, now) === undefined) return invalid(`${cron} names no time.`)
  } catch (error) {
    if (error instanceof RangeError) return invalid(error.message)
    throw error
  }
  const detail = findInvalid(scheduledContent({ ...request, formats: ['csv'], language: 'en' }, now))
  return detail === undefined ? undefined : { code: 'reporting.query_invalid', detail }
}

type Scheduled = Pick<
  Schedule,
  'title' | 'template' | 'currency' | 'query' | 'chart' | 'formats' | 'language' | 'timeZone' | 'period'
>

/** What the report of a due time shows. */
export function scheduledContent(
  { title, template, currency, query, chart, formats, language, timeZone, period }: Scheduled,
  dueAt: Temporal.Instant,
): Content {
  const days = daysOf(period, dueAt.toZonedDateTimeISO(timeZone).toPlainDate())
  if (template !== undefined) {
    const given = { template, ...days, formats, language, ...(currency === undefined ? {} : { currency }) }
    return { ...contentOf(given), title }
  }
  if (query === undefined) throw new Error('a schedule has neither a template nor a query')
  return { title, query: { ...query, ...days }, ...(chart === undefined ? {} : { chart }), formats, language }
}

/** The days of a period; `to` does not belong to it. They are days of the zone by their names, and of UTC in the figures. */
export function daysOf(
  period: SchedulePeriod,
  today: Temporal.PlainDate,
): { readonly from: string; readonly to: string } {
  const yesterday = today.subtract({ days: 1 })
  const monday = today.subtract({ days: today.dayOfWeek - 1 })
  const first = today.with({ day: 1 })
  const [from, to] = {
    yesterday: [yesterday, today],
    'last-7-days': [today.subtract({ days: 7 }), today],
    'last-week': [monday.subtract({ days: 7 }), monday],
    'last-month': [first.subtract({ months: 1 }), first],
    'month-to-date': [yesterday.with({ day: 1 }), today],
  }[period] as [Temporal.PlainDate, Temporal.PlainDate]
  return { from: from.toString(), to: to.toString() }
}

/** What is to be done about the due times of a schedule. */
export interface DuePlan {
  /** The latest one, for which a report is made. */
  readonly due: Temporal.Instant
  /** Those before it that no process has seen in time. */
  readonly missed: readonly Temporal.Instant[]
  readonly nextAt: Temporal.Instant | undefined
}

const mostMissed = 1_000

/** Decides the due times from the next one of a schedule until now: a report is made for the latest, the others are missed. */
export function planDue(
  { cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>,
  nextAt: Temporal.Instant,
  now: Temporal.Instant,
): DuePlan {
  const parsed = parseCron(cron)
  const passed: Temporal.Instant[] = []
  let due = nextAt
  let next = nextDue(parsed, timeZone, due)
  while (next !== undefined && Temporal.Instant.compare(next, now) <= 0) {
    passed.push(due)
    due = next
    next = nextDue(parsed, timeZone, due)
    // of a system that was stopped for weeks the latest ones are noted
    if (passed.length > mostMissed) passed.shift()
  }
  return { due, missed: passed, nextAt: next }
}

/**
 * The due time to which a schedule is set back, if its next one lies more than a period ahead: the clock was set far forward, due times
 * were decided there, and it was set back. A replica whose clock is behind by less than a period does not set it back.
 */
export function correctedDue(
  { cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>,
  nextAt: Temporal.Instant,
  now: Temporal.Instant,
): Temporal.Instant | undefined {
  const parsed = parseCron(cron)
  const first = nextDue(parsed, timeZone, now)
  if (first === undefined || Temporal.Instant.compare(nextAt, first) <= 0) return undefined
  const second = nextDue(parsed, timeZone, first)
  return second === undefined || Temporal.Instant.compare(nextAt, second) <= 0 ? undefined : first
}
