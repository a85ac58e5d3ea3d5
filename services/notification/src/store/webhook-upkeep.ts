import type { WriteHandle } from '@stoa/contract'
import type { WebhookEndpointId } from '@stoa/contracts/notification/webhook-resources'
import { json } from '@stoa/postgres'
import type { EndpointRow } from './webhook-endpoints.ts'
import { turnIsFree } from './webhook-turns.ts'

/** A part of the log that was removed. */
export interface Removal {
  readonly deleted: number
  /** Of them, those that were never sent, by endpoint. */
  readonly dropped: readonly { readonly endpointId: WebhookEndpointId; readonly count: number }[]
}

/** Deletes deliveries of events from before a time. An endpoint counts those that were never sent. */
export async function deleteOldDeliveries(tx: WriteHandle, before: Temporal.Instant, limit: number): Promise<Removal> {
  const rows = await tx.sql<{ endpoint_id: WebhookEndpointId; deleted: number; dropped: number }>`
    with gone as (
      delete from webhook_deliveries where (endpoint_id, event_id) in (
        select endpoint_id, event_id from webhook_deliveries where event_at < ${before} order by event_at limit ${limit})
      returning endpoint_id, state
    )
    select endpoint_id, count(*)::int as deleted, (count(*) filter (where state = 'pending'))::int as dropped
      from gone group by endpoint_id`
  const dropped = rows
    .filter((row) => row.dropped > 0)
    .map((row) => ({ endpointId: row.endpoint_id, count: row.dropped }))
  await countDropped(tx, dropped)
  return { deleted: rows.reduce((sum, { deleted }) => sum + deleted, 0), dropped }
}

/** Deletes the oldest deliveries that wait, of each endpoint for which more than `most` do. */
export async function deleteSurplus(tx: WriteHandle, most: number, limit: number): Promise<Removal> {
  const rows = await tx.sql<{ endpoint_id: WebhookEndpointId; dropped: number }>`
    with surplus as (
      select d.endpoint_id, d.sequence as newest_to_go from webhook_endpoints e cross join lateral (
        select endpoint_id, sequence from webhook_deliveries
         where endpoint_id = e.id and state = 'pending' order by sequence desc offset ${most} limit 1) d
    ), gone as (
      delete from webhook_deliveries where (endpoint_id, event_id) in (
        select d.endpoint_id, d.event_id from webhook_deliveries d join surplus s on s.endpoint_id = d.endpoint_id
         where d.state = 'pending' and d.sequence <= s.newest_to_go order by d.sequence limit ${limit})
      returning endpoint_id
    )
    select endpoint_id, count(*)::int as dropped from gone group by endpoint_id`
  const dropped = rows.map((row) => ({ endpointId: row.endpoint_id, count: row.dropped }))
  await countDropped(tx, dropped)
  return { deleted: dropped.reduce((sum, { count }) => sum + count, 0), dropped }
}

async function countDropped(tx: WriteHandle, dropped: Removal['dropped']): Promise<void> {
  await tx.sql`
    update webhook_endpoints e set dropped = e.dropped + d.count, version = e.version + 1
      from unnest(${dropped.map(({ endpointId }) => endpointId)}::uuid[], ${dropped.map(({ count }) => count)}::int[]) as d (id, count)
     where e.id = d.id`
}

/** Deletes deliveries of deleted endpoints, and each of these endpoints once it has none. Returns how many deliveries. */
export async function deleteForgotten(tx: WriteHandle, limit: number): Promise<number> {
  const rows = await tx.sql`
    delete from webhook_deliveries where (endpoint_id, event_id) in (
      select d.endpoint_id, d.event_id from webhook_endpoints e
        join webhook_deliveries d on d.endpoint_id = e.id where e.deleted_at is not null limit ${limit})
    returning 1`
  await tx.sql`
    delete from webhook_endpoints e where e.deleted_at is not null
       and ${turnIsFree}
       and not exists (select 1 from webhook_deliveries d where d.endpoint_id = e.id)`
  return rows.length
}

/** Replaces the encrypted secrets of an endpoint, unless they have changed since they were read. */
export async function replaceSealed(
  tx: WriteHandle,
  id: string,
  { from, to }: { readonly from: Sealed; readonly to: Sealed },
): Promise<void> {
  await tx.sql`
    update webhook_endpoints set secret = ${to.secret}, former_secret = ${to.former_secret}, earlier_secrets = ${json(to.earlier_secrets)}
     where id = ${id} and secret = ${from.secret} and former_secret is not distinct from ${from.former_secret}
       and earlier_secrets = ${json(from.earlier_secrets)}`
}

/** The encrypted secrets of an endpoint. */
export type Sealed = Pick<EndpointRow, 'secret' | 'former_secret' | 'earlier_secrets'>
