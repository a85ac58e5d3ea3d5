import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { WebhookEndpointId, WebhookPauseReason } from '@stoa/contracts/notification/webhook-resources'
import { fragment } from '@stoa/postgres'
import type { DeliveryRow } from './webhook-deliveries.ts'
import type { EndpointRow } from './webhook-endpoints.ts'

/** The turn of a replica at an endpoint: no other one sends to it meanwhile. */
export interface Turn {
  readonly endpointId: WebhookEndpointId
  /** Made for this turn alone. */
  readonly lease: string
}

/** Longer than an attempt: after a crash, another replica continues when it has ended. */
export const leaseMs = 20_000

/** No replica has the turn. A time further ahead than a lease is long is that of a clock that has been set back. */
export const turnIsFree = fragment`(e.lease is null or e.leased_until <= now()
  or e.leased_until > now() + ${leaseMs}::float8 * interval '1 millisecond')`

/** Longer than any pause between two attempts: a clock that was ahead has set what is later, and the endpoint is tried now. */
const longestWaitHours = 2

/** Takes the turns at endpoints that have something to send now, those first that waited longest for one. */
export async function takeTurns(
  tx: WriteHandle,
  lease: string,
  { limit, now }: { readonly limit: number; readonly now: Temporal.Instant },
): Promise<Turn[]> {
  const rows = await tx.sql<{ id: WebhookEndpointId }>`
    update webhook_endpoints set lease = ${lease}, leased_until = now() + ${leaseMs}::float8 * interval '1 millisecond'
     where id = any (array(
       select e.id from webhook_endpoints e
        where e.status = 'active' and e.deleted_at is null and ${turnIsFree}
          and (e.next_attempt_at is null or e.next_attempt_at <= ${now}
               or e.next_attempt_at > ${now.add({ hours: longestWaitHours })})
          and exists (select 1 from webhook_deliveries d where d.endpoint_id = e.id and d.state = 'pending')
        order by e.leased_until nulls first limit ${limit} for update skip locked))
    returning id`
  return rows.map(({ id }) => ({ endpointId: id, lease }))
}

/** Extends a turn by the time of one attempt; undefined if it has ended, or the endpoint is to get nothing. */
export async function extendTurn(tx: WriteHandle, { endpointId, lease }: Turn): Promise<EndpointRow | undefined> {
  const [row] = await tx.sql<EndpointRow>`
    update webhook_endpoints set leased_until = now() + ${leaseMs}::float8 * interval '1 millisecond'
     where id = ${endpointId} and lease = ${lease} and status = 'active' and deleted_at is null returning *`
  return row
}

/** Ends a turn; its end orders the next turns. */
export async function endTurn(tx: WriteHandle, { endpointId, lease }: Turn): Promise<void> {
  await tx.sql`
    update webhook_endpoints set lease = null, leased_until = now() where id = ${endpointId} and lease = ${lease}`
}

/** The first delivery of an endpoint that waits. */
export async function findFirstPending(db: ReadHandle, endpointId: string): Promise<DeliveryRow | undefined> {
  const [row] = await db.sql<DeliveryRow>`
    select d.*, null::timestamptz as next_attempt_at from webhook_deliveries d
     where endpoint_id = ${endpointId} and state = 'pending' order by sequence limit 1`
  return row
}

/** How an attempt ended. */
export interface Attempt {
  readonly at: Temporal.Instant
  readonly statusCode: number | undefined
  readonly responseMs: number | undefined
  readonly error: string | undefined
}

/** Notes an attempt at a delivery that still waits, with the state that it leads to. */
export async function noteAttempt(
  tx: WriteHandle,
  { endpoint_id: endpointId, event_id: eventId, sequence }: DeliveryRow,
  { at, statusCode = null, responseMs = null, error = null }: { readonly [Key in keyof Attempt]: Attempt[Key] | null },
  state: 'pending' | 'delivered',
): Promise<void> {
  await tx.sql`
    update webhook_deliveries set state = ${state}, attempts = attempts + 1, attempted_at = ${at},
      status_code = ${statusCode}::int, response_ms = ${responseMs}::int, error = ${error}::text
     where endpoint_id = ${endpointId} and event_id = ${eventId} and state = 'pending' and sequence = ${sequence}`
}

/** Notes that an event that waits is no longer in the log. */
export async function noteExpired(
  tx: WriteHandle,
  { endpoint_id: endpointId, event_id: eventId }: DeliveryRow,
): Promise<void> {
  await tx.sql`
    update webhook_deliveries set state = 'expired'
     where endpoint_id = ${endpointId} and event_id = ${eventId} and state = 'pending'`
}

/** Notes that an endpoint accepts webhooks. */
export async function noteSuccess(tx: WriteHandle, endpointId: string): Promise<void> {
  await tx.sql`
    update webhook_endpoints set failing_since = null, next_attempt_at = null, version = version + 1
     where id = ${endpointId} and failing_since is not null`
}

/** Notes that an endpoint does not accept webhooks, and when the next attempt is. */
export async function noteFailure(
  tx: WriteHandle,
  { endpointId, lease }: Turn,
  { now, nextAttemptAt }: { readonly now: Temporal.Instant; readonly nextAttemptAt: Temporal.Instant },
): Promise<void> {
  await tx.sql`
    update webhook_endpoints set next_attempt_at = ${nextAttemptAt},
      version = version + (failing_since is null)::int, failing_since = coalesce(failing_since, ${now}::timestamptz)
     where id = ${endpointId} and lease = ${lease} and status = 'active'`
}

/** Pauses an endpoint; undefined if the turn has ended or it is not active. */
export async function pauseEndpoint(
  tx: WriteHandle,
  { endpointId, lease }: Turn,
  { now, reason }: { readonly now: Temporal.Instant; readonly reason: WebhookPauseReason },
): Promise<EndpointRow | undefined> {
  const [row] = await tx.sql<EndpointRow>`
    update webhook_endpoints set status = 'paused', pause_reason = ${reason}, paused_at = ${now}, next_attempt_at = null,
      failing_since = coalesce(failing_since, ${now}::timestamptz), version = version + 1
     where id = ${endpointId} and lease = ${lease} and status = 'active' and deleted_at is null returning *`
  return row
}
