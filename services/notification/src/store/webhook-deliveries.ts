import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type {
  WebhookDelivery,
  WebhookDeliveryState,
  WebhookEndpointId,
} from '@stoa/contracts/notification/webhook-resources'
import { advisoryXactLock } from '@stoa/postgres'

/** A delivery as it is stored, with the time of the next attempt of its endpoint. */
export interface DeliveryRow {
  readonly endpoint_id: WebhookEndpointId
  readonly event_id: string
  readonly sequence: number
  readonly type: string
  readonly state: WebhookDeliveryState
  readonly attempts: number
  readonly event_at: Temporal.Instant
  readonly attempted_at: Temporal.Instant | null
  readonly next_attempt_at: Temporal.Instant | null
  readonly status_code: number | null
  readonly response_ms: number | null
  readonly error: string | null
}

/** What the API shows of a delivery. */
export function shownDelivery(row: DeliveryRow): WebhookDelivery {
  const isTriedAgain = row.state === 'pending' && row.attempts > 0
  return {
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    type: row.type,
    state: row.state,
    attempts: row.attempts,
    eventAt: row.event_at.toString(),
    ...(row.attempted_at === null ? {} : { attemptedAt: row.attempted_at.toString() }),
    ...(row.next_attempt_at === null || !isTriedAgain ? {} : { nextAttemptAt: row.next_attempt_at.toString() }),
    ...(row.status_code === null ? {} : { statusCode: row.status_code }),
    ...(row.response_ms === null ? {} : { responseMs: row.response_ms }),
    ...(row.error === null ? {} : { error: row.error }),
  }
}

/** An event that endpoints may want. */
export interface OfferedEvent {
  readonly id: string
  readonly type: string
  readonly at: Temporal.Instant
}

/** Whether there has been an endpoint: one that is deleted may still be stored. */
export async function hasEndpoints(db: ReadHandle): Promise<boolean> {
  const rows = await db.sql`select 1 from webhook_endpoints limit 1`
  return rows.length > 0
}

/** The types that any endpoint wants, also a paused one. */
export async function wantedTypes(db: ReadHandle): Promise<ReadonlySet<string>> {
  const rows = await db.sql<{ type: string }>`
    select distinct unnest(types) as type from webhook_endpoints where deleted_at is null`
  return new Set(rows.map(({ type }) => type))
}

/**
 * Stores events for the endpoints that want them, once for each. Endpoints get no events of before their creation. The lock makes the numbers
 * ascend in the order of the commits: no delivery appears before one that may have been sent.
 */
export async function insertDeliveries(tx: WriteHandle, events: readonly OfferedEvent[]): Promise<void> {
  await advisoryXactLock(tx, 'webhook-deliveries')
  await tx.sql`
    insert into webhook_deliveries (endpoint_id, event_id, type, state, event_at)
    select e.id, v.id, v.type, 'pending', v.at
      from unnest(${events.map(({ id }) => id)}::uuid[], ${events.map(({ type }) => type)}::text[],
                  ${events.map(({ at }) => at)}::timestamptz[]) with ordinality as v (id, type, at, n)
      join webhook_endpoints e on v.type = any (e.types) and e.created_at <= v.at and e.deleted_at is null
     order by v.n
    on conflict do nothing`
}

/** A page of the deliveries of an endpoint, the last in order first. */
export function listDeliveries(
  db: ReadHandle,
  endpointId: string,
  {
    state,
    before,
    limit,
  }: { readonly state: string | undefined; readonly before: number | undefined; readonly limit: number },
): Promise<DeliveryRow[]> {
  return db.sql<DeliveryRow>`
    select d.*, e.next_attempt_at from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
     where d.endpoint_id = ${endpointId} and (${state ?? null}::text is null or d.state = ${state ?? null})
       and (${before ?? null}::bigint is null or d.sequence < ${before ?? null}::bigint)
     order by d.sequence desc limit ${limit}`
}

export async function findDelivery(
  db: ReadHandle,
  endpointId: string,
  eventId: string,
): Promise<DeliveryRow | undefined> {
  const [row] = await db.sql<DeliveryRow>`
    select d.*, e.next_attempt_at from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
     where d.endpoint_id = ${endpointId} and d.event_id = ${eventId} and e.deleted_at is null`
  return row
}

/** Has an event sent again, behind those that wait; false if it waits itself. */
export async function sendAgain(tx: WriteHandle, endpointId: string, eventId: string): Promise<boolean> {
  await advisoryXactLock(tx, 'webhook-deliveries')
  const rows = await tx.sql`
    update webhook_deliveries set state = 'pending', sequence = default, attempts = 0
     where endpoint_id = ${endpointId} and event_id = ${eventId} and state <> 'pending' returning 1`
  return rows.length > 0
}

/** Has an event not sent; false if it does not wait. The next one is tried at once. */
export async function skipDelivery(tx: WriteHandle, endpointId: string, eventId: string): Promise<boolean> {
  const rows = await tx.sql`
    update webhook_deliveries set state = 'skipped'
     where endpoint_id = ${endpointId} and event_id = ${eventId} and state = 'pending' returning attempts`
  if (rows.length === 0) return false
  await tx.sql`update webhook_endpoints set next_attempt_at = null where id = ${endpointId}`
  return true
}
