import type { WriteHandle } from '@stoa/contract'

/** The scrapes of the instances of a service in one round. */
export interface ServiceScrapes {
  readonly service: string
  readonly scrapes: number
  readonly succeeded: number
}

/** Counts the scrapes of a round on their day (UTC). */
export async function countScrapes(
  tx: WriteHandle,
  at: Temporal.Instant,
  counts: readonly ServiceScrapes[],
): Promise<void> {
  if (counts.length === 0) return
  await tx.sql`
    insert into uptime_days as known (service, day, scrapes, succeeded)
    select service, (${at}::timestamptz at time zone 'UTC')::date, scrapes, succeeded
      from unnest(${counts.map(({ service }) => service)}::text[], ${counts.map(({ scrapes }) => scrapes)}::integer[],
                  ${counts.map(({ succeeded }) => succeeded)}::integer[]) as counted (service, scrapes, succeeded)
        on conflict (service, day) do update
       set scrapes = known.scrapes + excluded.scrapes, succeeded = known.succeeded + excluded.succeeded`
}

/** Deletes the days before a time. */
export async function deleteOldDays(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from uptime_days where day < (${before}::timestamptz at time zone 'UTC')::date`
}
