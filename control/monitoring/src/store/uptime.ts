import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UptimeDay } from '@stoa/contracts/monitoring/metrics-resources'

/** The scrapes of the instances of a service in one round. */
export interface ServiceScrapes {
  readonly service: string
  readonly scrapes: number
  readonly succeeded: number
}

/** Counts the scrapes of a round in their hour and on their day (UTC). */
export async function countScrapes(
  tx: WriteHandle,
  at: Temporal.Instant,
  counts: readonly ServiceScrapes[],
): Promise<void> {
  if (counts.length === 0) return
  await tx.sql`
    with counted as (
      select service, scrapes, succeeded
        from unnest(${counts.map(({ service }) => service)}::text[], ${counts.map(({ scrapes }) => scrapes)}::integer[],
                    ${counts.map(({ succeeded }) => succeeded)}::integer[]) as given (service, scrapes, succeeded)),
    of_hour as (
      insert into uptime_hours as known (service, hour, scrapes, succeeded)
      select service, date_trunc('hour', ${at}::timestamptz, 'UTC'), scrapes, succeeded from counted
          on conflict (hour, service) do update
         set scrapes = known.scrapes + excluded.scrapes, succeeded = known.succeeded + excluded.succeeded)
    insert into uptime_days as known (service, day, scrapes, succeeded)
    select service, (${at}::timestamptz at time zone 'UTC')::date, scrapes, succeeded from counted
        on conflict (service, day) do update
       set scrapes = known.scrapes + excluded.scrapes, succeeded = known.succeeded + excluded.succeeded`
}

/** The scrapes of a service over the hours that are kept. */
export interface CountedUptime {
  readonly service: string
  readonly since: Temporal.Instant
  readonly month: Counted
  /** Of the last 24 hours, in whole hours. */
  readonly day: Counted
}

interface Counted {
  readonly scrapes: number
  readonly succeeded: number
}

const mostServices = 1_000

/** Sums the scrapes of each service in the last 30 days, which begin with whole hours. */
export async function readUptime(db: ReadHandle, now: Temporal.Instant): Promise<CountedUptime[]> {
  const rows = await db.sql<{
    service: string
    since: Temporal.Instant
    scrapes: string
    succeeded: string
    day_scrapes: string
    day_succeeded: string
  }>`
    select service, min(hour) as since, sum(scrapes) as scrapes, sum(succeeded) as succeeded,
           coalesce(sum(scrapes) filter (where hour > ${now.subtract({ hours: 24 })}), 0) as day_scrapes,
           coalesce(sum(succeeded) filter (where hour > ${now.subtract({ hours: 24 })}), 0) as day_succeeded
      from uptime_hours where hour > ${now.subtract({ hours: 720 })} and hour <= ${now}
     group by service order by service limit ${mostServices}`
  return rows.map((row) => ({
    service: row.service,
    since: row.since,
    month: { scrapes: Number(row.scrapes), succeeded: Number(row.succeeded) },
    day: { scrapes: Number(row.day_scrapes), succeeded: Number(row.day_succeeded) },
  }))
}

/** The last days of a service that have scrapes, the latest first. */
export async function readDays(db: ReadHandle, service: string, since: Temporal.Instant): Promise<UptimeDay[]> {
  return db.sql<{ day: string; scrapes: number; succeeded: number }>`
    select to_char(day, 'YYYY-MM-DD') as day, scrapes, succeeded from uptime_days
     where service = ${service} and day > (${since}::timestamptz at time zone 'UTC')::date order by day desc`
}

/** Deletes the days and the hours before a time. */
export async function deleteOldUptime(
  tx: WriteHandle,
  before: { readonly day: Temporal.Instant; readonly hour: Temporal.Instant },
): Promise<void> {
  await tx.sql`delete from uptime_days where day < (${before.day}::timestamptz at time zone 'UTC')::date`
  await tx.sql`delete from uptime_hours where hour < ${before.hour}`
}
