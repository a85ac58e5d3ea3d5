import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** Requests that a service has served, and those of them that failed. */
export interface ServiceRequests {
  readonly service: string
  readonly requests: number
  readonly failed: number
}

/** Adds requests to their hour. */
export async function addRequests(
  tx: WriteHandle,
  at: Temporal.Instant,
  counts: readonly ServiceRequests[],
): Promise<void> {
  if (counts.length === 0) return
  await tx.sql`
    insert into request_hours as known (service, hour, requests, failed)
    select service, date_trunc('hour', ${at}::timestamptz, 'UTC'), requests, failed
      from unnest(${counts.map(({ service }) => service)}::text[], ${counts.map(({ requests }) => requests)}::bigint[],
                  ${counts.map(({ failed }) => failed)}::bigint[]) as given (service, requests, failed)
        on conflict (hour, service) do update
       set requests = known.requests + excluded.requests, failed = known.failed + excluded.failed`
}

/** The requests of a service in the last 30 days. */
export interface CountedRequests extends ServiceRequests {
  readonly since: Temporal.Instant
}

/** Sums the requests of each service in the last 30 days, which begin with a whole hour. */
export async function readRequests(db: ReadHandle, now: Temporal.Instant): Promise<CountedRequests[]> {
  const rows = await db.sql<{ service: string; since: Temporal.Instant; requests: string; failed: string }>`
    select service, min(hour) as since, sum(requests) as requests, sum(failed) as failed
      from request_hours where hour > ${now.subtract({ hours: 720 })} and hour <= ${now} group by service`
  return rows.map(({ requests, failed, ...row }) => ({ ...row, requests: Number(requests), failed: Number(failed) }))
}

/** Deletes the hours before a time. */
export async function deleteOldRequests(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from request_hours where hour < ${before}`
}
