import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { fragment } from '@stoa/postgres'

/** What of a client can be set. */
export interface OAuthClientFields {
  readonly name: string
  readonly applicationType: 'web' | 'native'
  readonly grantTypes: readonly string[]
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
}

/** A program that signs people in, as it is kept. */
export interface OAuthClientRow extends OAuthClientFields {
  readonly id: string
  readonly secretFingerprint: string | null
  readonly isFirstParty: boolean
  readonly version: number
  readonly createdAt: Temporal.Instant
  readonly updatedAt: Temporal.Instant
}

const columns = fragment`
  id, name, application_type as "applicationType", grant_types as "grantTypes", redirect_uris as "redirectUris",
  post_logout_redirect_uris as "postLogoutRedirectUris", secret_fingerprint as "secretFingerprint",
  is_first_party as "isFirstParty", version, created_at as "createdAt", updated_at as "updatedAt"`

export async function findOAuthClient(db: ReadHandle, id: string): Promise<OAuthClientRow | undefined> {
  const [row] = await db.sql<OAuthClientRow>`select ${columns} from oauth_client where id = ${id}`
  return row
}

/** A client with its row locked, so that two changes of it come one after the other. */
export async function lockOAuthClient(tx: WriteHandle, id: string): Promise<OAuthClientRow | undefined> {
  const [row] = await tx.sql<OAuthClientRow>`select ${columns} from oauth_client where id = ${id} for update`
  return row
}

/** Clients by id. */
export function listOAuthClients(db: ReadHandle, afterId: string, limit: number): Promise<OAuthClientRow[]> {
  return db.sql<OAuthClientRow>`
    select ${columns} from oauth_client where id > ${afterId} order by id limit ${limit}`
}

export async function insertOAuthClient(
  tx: WriteHandle,
  client: OAuthClientFields & Pick<OAuthClientRow, 'id' | 'secretFingerprint'>,
  at: Temporal.Instant,
): Promise<OAuthClientRow> {
  const [row] = await tx.sql<OAuthClientRow>`
    insert into oauth_client (id, name, application_type, secret_fingerprint, grant_types, redirect_uris,
      post_logout_redirect_uris, created_at, updated_at)
    values (${client.id}, ${client.name}, ${client.applicationType}, ${client.secretFingerprint},
      ${[...client.grantTypes]}, ${[...client.redirectUris]}, ${[...client.postLogoutRedirectUris]}, ${at}, ${at})
    returning ${columns}`
  return written(row)
}

/** Changes a client whose row is locked. */
export async function updateOAuthClient(
  tx: WriteHandle,
  client: OAuthClientFields & Pick<OAuthClientRow, 'id' | 'secretFingerprint'>,
  at: Temporal.Instant,
): Promise<OAuthClientRow> {
  const [row] = await tx.sql<OAuthClientRow>`
    update oauth_client
       set name = ${client.name}, application_type = ${client.applicationType}, grant_types = ${[...client.grantTypes]},
           redirect_uris = ${[...client.redirectUris]}, secret_fingerprint = ${client.secretFingerprint},
           post_logout_redirect_uris = ${[...client.postLogoutRedirectUris]}, version = version + 1, updated_at = ${at}
     where id = ${client.id}
    returning ${columns}`
  return written(row)
}

export async function deleteOAuthClient(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`delete from oauth_client where id = ${id}`
}

/** The sessions that were signed in to by a client. */
export async function sessionsOfClient(db: ReadHandle, clientId: string): Promise<string[]> {
  const rows = await db.sql<{ id: string }>`select id from session where client_id = ${clientId}`
  return rows.map(({ id }) => id)
}

function written(row: OAuthClientRow | undefined): OAuthClientRow {
  if (row === undefined) throw new Error('a write of a client returned no row')
  return row
}
