import type { TicketPriority } from '@stoa/contracts/support/resources'
import { StartError } from '@stoa/kernel'
import type { SlaPolicy } from './sla.ts'

/** The settings of the service level. */
export interface PolicySettings {
  readonly supportTimeZone: string
  readonly supportWeekdays: readonly number[]
  readonly supportOpensAt: string
  readonly supportClosesAt: string
  readonly supportHolidays: readonly string[]
  readonly firstResponseMinutes: readonly number[]
  readonly resolutionMinutes: readonly number[]
}

/** The service level of the settings. @throws StartError when the zone, the hours or a holiday do not exist */
export function readPolicy(settings: PolicySettings): SlaPolicy {
  const opensAt = Temporal.PlainTime.from(settings.supportOpensAt)
  const closesAt = Temporal.PlainTime.from(settings.supportClosesAt)
  if (Temporal.PlainTime.compare(opensAt, closesAt) >= 0) {
    throw new StartError('SUPPORT_CLOSES_AT must be later than SUPPORT_OPENS_AT.')
  }
  return {
    hours: {
      timeZone: readZone(settings.supportTimeZone),
      days: new Set(settings.supportWeekdays),
      opensAt,
      closesAt,
      holidays: new Set(settings.supportHolidays.map(readHoliday)),
    },
    targetMs: {
      first_response: byPriority(settings.firstResponseMinutes),
      resolution: byPriority(settings.resolutionMinutes),
    },
  }
}

function readZone(timeZone: string): string {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone).timeZoneId
  } catch {
    throw new StartError(`SUPPORT_TIME_ZONE: "${timeZone}" is not a time zone.`)
  }
}

function readHoliday(day: string): string {
  try {
    return Temporal.PlainDate.from(day).toString()
  } catch {
    throw new StartError(`SUPPORT_HOLIDAYS: "${day}" is not a date.`)
  }
}

function byPriority(minutes: readonly number[]): Record<TicketPriority, number> {
  const [urgent = 0, high = 0, normal = 0, low = 0] = minutes.map((each) => each * 60_000)
  return { urgent, high, normal, low }
}
