import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { fragment, json } from '@stoa/postgres'

/** One sign-in of an account to one client. */
export interface SessionRow {
  readonly id: string
  readonly userId: string
  readonly clientId: string
  readonly methods: readonly string[]
  readonly createdAt: Temporal.Instant
  readonly lastUsedAt: Temporal.Instant
  readonly expiresAt: Temporal.Instant
}

/** A session as it is opened. */
export interface NewSession extends Omit<SessionRow, 'lastUsedAt'> {
  readonly payload: object
  readonly openedUnder: string | undefined
}

/** Where a list continues. */
export interface After {
  readonly createdAt: Temporal.Instant
  readonly id: string
}

const columns = fragment`
  id, user_id as "userId", client_id as "clientId", methods, created_at as "createdAt", last_used_at as "lastUsedAt",
  expires_at as "expiresAt"`

/** Writes a session; returns whether it is new. */
export async function saveSession(tx: WriteHandle, session: NewSession): Promise<boolean> {
  const [row] = await tx.sql<{ isNew: boolean }>`
    insert into session (id, user_id, client_id, methods, payload, opened_under, created_at, last_used_at, expires_at)
    values (${session.id}, ${session.userId}, ${session.clientId}, ${[...session.methods]}, ${json(session.payload)},
      ${session.openedUnder ?? null}, ${session.createdAt}, ${session.createdAt}, ${session.expiresAt})
    on conflict (id) do update set payload = excluded.payload, expires_at = excluded.expires_at
    returning xmax = 0 as "isNew"`
  return row?.isNew === true
}

export async function findGrant(db: ReadHandle, id: string, now: Temporal.Instant): Promise<object | undefined> {
  const [row] = await db.sql<{ payload: object }>`
    select payload from session where id = ${id} and expires_at > ${now}`
  return row?.payload
}

export async function findSession(db: ReadHandle, id: string, now: Temporal.Instant): Promise<SessionRow | undefined> {
  const [row] = await db.sql<SessionRow>`select ${columns} from session where id = ${id} and expires_at > ${now}`
  return row
}

export async function findSessionOpenedUnder(db: ReadHandle, key: string): Promise<string | undefined> {
  const [row] = await db.sql<{ id: string }>`select id from session where opened_under = ${key}`
  return row?.id
}

export async function listSessionsOf(
  db: ReadHandle,
  wanted: {
    readonly userId: string | undefined
    readonly now: Temporal.Instant
    readonly after: After | undefined
    readonly limit: number
  },
): Promise<SessionRow[]> {
  const { userId, now, after, limit } = wanted
  return db.sql<SessionRow>`
    select ${columns} from session where expires_at > ${now}
      ${userId === undefined ? fragment`` : fragment`and user_id = ${userId}`}
      ${after === undefined ? fragment`` : fragment`and (created_at, id) < (${after.createdAt}, ${after.id})`}
    order by created_at desc, id desc limit ${limit}`
}

/** The live sessions of an account beyond the `most` that were used last; one of them counts as used now. */
export async function listSessionsBeyond(
  db: ReadHandle,
  wanted: {
    readonly userId: string
    readonly currentId: string
    readonly most: number
    readonly now: Temporal.Instant
  },
): Promise<string[]> {
  const { userId, currentId, most, now } = wanted
  const rows = await db.sql<{ id: string }>`
    select id from session where user_id = ${userId} and id <> ${currentId} and expires_at > ${now}
     order by last_used_at desc, created_at desc, id desc offset ${most - 1}`
  return rows.map(({ id }) => id)
}

/** Ends sessions with all that hangs on them; answers those that were there. */
export async function removeSessions(
  tx: WriteHandle,
  ids: readonly string[],
): Promise<{ id: string; userId: string }[]> {
  return tx.sql<{ id: string; userId: string }>`
    with ended as (delete from session where id = any(${[...ids]}) returning id, user_id as "userId"),
      records as (delete from oidc_record where grant_id = any(${[...ids]}))
    select id, "userId" from ended`
}

/** Ends the sessions of an account, and its sign-ins in browsers, but for one; answers the ids of those that were there. */
export async function removeSessionsOf(
  tx: WriteHandle,
  userId: string,
  exceptId: string | undefined,
): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>`
    with ended as (
        delete from session where user_id = ${userId} and id is distinct from ${exceptId ?? null} returning id),
      records as (delete from oidc_record where grant_id in (select id from ended)),
      browsers as (delete from oidc_record where account_id = ${userId})
    select id from ended`
  return rows.map(({ id }) => id)
}

export async function purgeSessions(tx: WriteHandle, now: Temporal.Instant, limit: number): Promise<number> {
  const rows = await tx.sql`
    delete from session where id in (select id from session where expires_at <= ${now} limit ${limit} for update skip locked)
    returning 1`
  return rows.length
}
