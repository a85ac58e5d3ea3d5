import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type {
  WebhookEndpoint,
  WebhookEndpointId,
  WebhookPauseReason,
} from '@stoa/contracts/notification/webhook-resources'
import { advisoryXactLock, json } from '@stoa/postgres'

/** A secret of before the former one, encrypted. */
export interface EarlierSecret {
  /** As base64. */
  readonly secret: string
  readonly until: string
}

/** An endpoint as it is stored, its secrets encrypted. */
export interface EndpointRow {
  readonly id: WebhookEndpointId
  readonly url: string
  readonly description: string
  readonly types: readonly string[]
  readonly status: WebhookEndpoint['status']
  readonly pause_reason: WebhookPauseReason | null
  readonly paused_at: Temporal.Instant | null
  readonly secret: Buffer
  readonly former_secret: Buffer | null
  readonly former_secret_until: Temporal.Instant | null
  /** The newest first. */
  readonly earlier_secrets: readonly EarlierSecret[]
  readonly failing_since: Temporal.Instant | null
  readonly dropped: number
  readonly version: number
  readonly created_at: Temporal.Instant
}

/** What the API shows of an endpoint. */
export function shownEndpoint(row: EndpointRow): WebhookEndpoint {
  const optional = {
    pauseReason: row.pause_reason,
    pausedAt: row.paused_at?.toString() ?? null,
    failingSince: row.failing_since?.toString() ?? null,
    formerSecretUntil: row.former_secret_until?.toString() ?? null,
  }
  return {
    id: row.id,
    url: row.url,
    types: [...row.types],
    description: row.description,
    status: row.status,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)) as Partial<WebhookEndpoint>),
    dropped: Number(row.dropped),
    createdAt: row.created_at.toString(),
  }
}

/** What is stored of a new endpoint. */
export type NewEndpoint = Pick<EndpointRow, 'id' | 'url' | 'description' | 'types' | 'secret' | 'created_at'>

/** Stores an endpoint, unless there are the most already. */
export async function insertEndpoint(
  tx: WriteHandle,
  endpoint: NewEndpoint,
  most: number,
): Promise<EndpointRow | undefined> {
  await advisoryXactLock(tx, 'webhook-endpoints')
  const [row] = await tx.sql<EndpointRow>`
    insert into webhook_endpoints (id, url, description, types, status, secret, created_at)
    select ${endpoint.id}::uuid, ${endpoint.url}::text, ${endpoint.description}::text, ${endpoint.types}::text[], 'active',
           ${endpoint.secret}::bytea, ${endpoint.created_at}::timestamptz
     where (select count(*) from webhook_endpoints where deleted_at is null) < ${most}
    returning *`
  return row
}

/** A page of the endpoints, the newest first. */
export function listEndpoints(db: ReadHandle, after: string | undefined, limit: number): Promise<EndpointRow[]> {
  return db.sql<EndpointRow>`
    select * from webhook_endpoints where deleted_at is null and (${after}::uuid is null or id < ${after}::uuid)
     order by id desc limit ${limit}`
}

export async function findEndpoint(db: ReadHandle, id: string): Promise<EndpointRow | undefined> {
  const [row] = await db.sql<EndpointRow>`select * from webhook_endpoints where id = ${id} and deleted_at is null`
  return row
}

export async function lockEndpoint(tx: WriteHandle, id: string): Promise<EndpointRow | undefined> {
  const [row] = await tx.sql<EndpointRow>`
    select * from webhook_endpoints where id = ${id} and deleted_at is null for update`
  return row
}

/** What staff change of an endpoint; a field that is undefined stays. */
export interface EndpointChange {
  readonly url?: string | undefined
  readonly description?: string | undefined
  readonly types?: readonly string[] | undefined
  readonly status?: EndpointRow['status'] | undefined
}

/** Changes a locked endpoint. One that becomes active again is tried at once, and has a day to succeed. */
export async function changeEndpoint(
  tx: WriteHandle,
  { id, status: former }: EndpointRow,
  change: EndpointChange,
  now: Temporal.Instant,
): Promise<void> {
  await tx.sql`
    update webhook_endpoints set version = version + 1,
      url = coalesce(${change.url ?? null}, url), description = coalesce(${change.description ?? null}, description),
      types = coalesce(${change.types ?? null}::text[], types),
      next_attempt_at = case when url = coalesce(${change.url ?? null}, url) then next_attempt_at end
     where id = ${id}`
  const { status } = change
  if (status === undefined || status === former) return
  const isPaused = status === 'paused'
  await tx.sql`
    update webhook_endpoints set status = ${status}, pause_reason = ${isPaused ? 'requested' : null},
      paused_at = ${isPaused ? now : null}, failing_since = null, next_attempt_at = null
     where id = ${id}`
}

/** Earlier secrets that are kept, each of which makes the signatures of a webhook longer. */
const mostEarlierSecrets = 8

/** The secrets of an endpoint that sign at a time, encrypted: first the current one, and then those that are still valid, the newest first. */
export function signingSecrets(
  { secret, former_secret: former, former_secret_until: until, earlier_secrets: earlier }: EndpointRow,
  at: Temporal.Instant,
): Buffer[] {
  const isFormerValid = until !== null && Temporal.Instant.compare(at, until) < 0
  return [
    secret,
    ...(isFormerValid && former !== null ? [former] : []),
    ...validAt(at, earlier).map((each) => Buffer.from(each.secret, 'base64')),
  ]
}

function validAt(at: Temporal.Instant, earlier: readonly EarlierSecret[]): EarlierSecret[] {
  return earlier.filter(({ until }) => Temporal.Instant.compare(at, until) < 0)
}

/** Replaces the secret of a locked endpoint; the former one is valid until a time, and those before it until theirs. */
export async function replaceSecret(
  tx: WriteHandle,
  endpoint: EndpointRow,
  {
    secret,
    at,
    formerUntil,
  }: { readonly secret: Uint8Array } & Readonly<Record<'at' | 'formerUntil', Temporal.Instant>>,
): Promise<EndpointRow> {
  const { id, former_secret: former, former_secret_until: until, earlier_secrets: known } = endpoint
  const last = former === null || until === null ? [] : [{ secret: former.toString('base64'), until: until.toString() }]
  const earlier = validAt(at, [...last, ...known]).slice(0, mostEarlierSecrets)
  const [row] = await tx.sql<EndpointRow>`
    update webhook_endpoints
       set former_secret = secret, former_secret_until = ${formerUntil}, secret = ${secret}, earlier_secrets = ${json(earlier)},
           version = version + 1
     where id = ${id} returning *`
  if (row === undefined) throw new Error('a locked endpoint is missing')
  return row
}

/** Has an endpoint get nothing more, and forgets where it was; its deliveries are deleted later. */
export async function markDeleted(tx: WriteHandle, id: string, now: Temporal.Instant): Promise<void> {
  await tx.sql`
    update webhook_endpoints set deleted_at = ${now}, url = '', description = '', types = '{}', secret = '', former_secret = null,
      earlier_secrets = '[]'
     where id = ${id}`
}
