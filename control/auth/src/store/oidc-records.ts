import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { json } from '@stoa/postgres'

/** What oidc-provider keeps under an id of one of its models. */
export interface OidcRecord {
  readonly model: string
  readonly id: string
  readonly payload: object
  readonly grantId: string | undefined
  readonly accountId: string | undefined
  readonly uid: string | undefined
  readonly userCode: string | undefined
  readonly expiresAt: Temporal.Instant | undefined
}

/** A record as it is found. */
export interface FoundRecord {
  readonly payload: object
  readonly consumedAt: Temporal.Instant | null
}

export async function saveRecord(tx: WriteHandle, record: OidcRecord): Promise<void> {
  const { model, id, payload, grantId, accountId, uid, userCode, expiresAt } = record
  await tx.sql`
    insert into oidc_record (model, id, payload, grant_id, account_id, uid, user_code, expires_at)
    values (${model}, ${id}, ${json(payload)}, ${grantId ?? null}, ${accountId ?? null}, ${uid ?? null},
      ${userCode ?? null}, ${expiresAt ?? null})
    on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
      account_id = excluded.account_id, uid = excluded.uid, user_code = excluded.user_code,
      expires_at = excluded.expires_at`
}

/** Saves a refresh token, and notes that its session was used. */
export async function saveRefreshToken(tx: WriteHandle, record: OidcRecord, now: Temporal.Instant): Promise<void> {
  await tx.sql`
    with used as (update session set last_used_at = ${now} where id = ${record.grantId ?? null})
    insert into oidc_record (model, id, payload, grant_id, expires_at)
    values (${record.model}, ${record.id}, ${json(record.payload)}, ${record.grantId ?? null}, ${record.expiresAt ?? null})`
}

export async function findRecord(db: ReadHandle, model: string, id: string): Promise<FoundRecord | undefined> {
  const [row] = await db.sql<FoundRecord>`
    select payload, consumed_at as "consumedAt" from oidc_record where model = ${model} and id = ${id}`
  return row
}

export async function findRecordByUid(db: ReadHandle, model: string, uid: string): Promise<FoundRecord | undefined> {
  const [row] = await db.sql<FoundRecord>`
    select payload, consumed_at as "consumedAt" from oidc_record where model = ${model} and uid = ${uid}`
  return row
}

export async function findRecordByUserCode(
  db: ReadHandle,
  model: string,
  userCode: string,
): Promise<FoundRecord | undefined> {
  const [row] = await db.sql<FoundRecord>`
    select payload, consumed_at as "consumedAt" from oidc_record where model = ${model} and user_code = ${userCode}`
  return row
}

/** Consumes what may be used once; false when it was consumed before, or is gone. */
export async function consumeRecord(
  tx: WriteHandle,
  model: string,
  id: string,
  now: Temporal.Instant,
): Promise<boolean> {
  const rows = await tx.sql`
    update oidc_record set consumed_at = ${now} where model = ${model} and id = ${id} and consumed_at is null returning 1`
  return rows.length === 1
}

export async function removeRecord(tx: WriteHandle, model: string, id: string): Promise<void> {
  await tx.sql`delete from oidc_record where model = ${model} and id = ${id}`
}

/** Signs an account out in the browsers beyond the `most` whose sign-in ends last. */
export async function removeBrowsersBeyond(tx: WriteHandle, accountId: string, most: number): Promise<void> {
  await tx.sql`
    delete from oidc_record where model = 'Session' and id in (
      select id from oidc_record where model = 'Session' and account_id = ${accountId}
       order by expires_at desc nulls last, id offset ${most})`
}

export async function purgeRecords(tx: WriteHandle, now: Temporal.Instant, limit: number): Promise<number> {
  const rows = await tx.sql`
    delete from oidc_record where (model, id) in (
      select model, id from oidc_record where expires_at <= ${now} limit ${limit} for update skip locked)
    returning 1`
  return rows.length
}
