import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Passkey } from '@stoa/contracts/user/passkeys'
import { compact } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'

type Instant = Temporal.Instant

/** A passkey with what a signature is checked by. */
export interface StoredPasskey {
  readonly id: string
  readonly userId: string
  readonly credentialId: string
  readonly publicKey: Buffer
  readonly signCount: number
}

interface PasskeyRow {
  readonly id: string
  readonly name: string
  readonly is_synced: boolean
  readonly created_at: Instant
  readonly last_used_at: Instant | null
}

const columns = fragment`id, name, is_synced, created_at, last_used_at`

function fromRow({ id, name, is_synced: isSynced, created_at: createdAt, last_used_at: usedAt }: PasskeyRow): Passkey {
  return compact({ id, name, isSynced, createdAt: createdAt.toString(), lastUsedAt: usedAt?.toString() })
}

/** The passkeys of an account, oldest first. */
export async function listPasskeysOf(
  db: ReadHandle,
  userId: string,
  { afterId, limit }: { readonly afterId?: string | undefined; readonly limit: number },
): Promise<Passkey[]> {
  const after = afterId === undefined ? fragment`` : fragment`and id > ${afterId}`
  const rows = await db.sql<PasskeyRow>`
    select ${columns} from passkeys where user_id = ${userId} ${after} order by id limit ${limit}`
  return rows.map(fromRow)
}

/** How the authenticators of an account name its passkeys. */
export async function listCredentials(db: ReadHandle, userId: string) {
  return db.sql<{ id: string; transports: string[] }>`
    select credential_id as id, transports from passkeys where user_id = ${userId} order by passkeys.id`
}

/** The passkey that its authenticator names so. */
export async function findPasskey(db: ReadHandle, credentialId: string): Promise<StoredPasskey | undefined> {
  const [row] = await db.sql<{ id: string; user_id: string; public_key: Buffer; sign_count: number }>`
    select id, user_id, public_key, sign_count from passkeys where credential_id = ${credentialId}`
  if (row === undefined) return undefined
  const { id, user_id: userId, public_key: publicKey, sign_count: signCount } = row
  return { id, userId, credentialId, publicKey, signCount: Number(signCount) }
}

/** A passkey that is added. */
export interface NewPasskey extends StoredPasskey {
  readonly name: string
  readonly transports: readonly string[]
  readonly isSynced: boolean
}

/** Adds a passkey; undefined if one has the same name at its authenticator. The account must be locked. */
export async function insertPasskey(tx: WriteHandle, passkey: NewPasskey, at: Instant): Promise<Passkey | undefined> {
  const [row] = await tx.sql<PasskeyRow>`
    insert into passkeys (id, user_id, credential_id, public_key, sign_count, transports, is_synced, name, created_at)
    values (${passkey.id}, ${passkey.userId}, ${passkey.credentialId}, ${passkey.publicKey}, ${passkey.signCount},
            ${[...passkey.transports]}::text[], ${passkey.isSynced}, ${passkey.name}, ${at})
    on conflict (credential_id) do nothing returning ${columns}`
  return row === undefined ? undefined : fromRow(row)
}

/** How often a passkey has signed, and whether it is synced between devices, as it says itself. */
export interface PasskeyUse {
  readonly id: string
  readonly signCount: number
  readonly isSynced: boolean
}

/**
 * Notes that a passkey has signed; false if it was removed meanwhile, or its count does not exceed that of another use: then there may be a
 * copy of it (Web Authentication, section 6.1.1).
 */
export async function usePasskey(tx: WriteHandle, use: PasskeyUse, at: Instant): Promise<boolean> {
  const rows = await tx.sql`
    update passkeys set sign_count = ${use.signCount}, is_synced = ${use.isSynced}, last_used_at = ${at}
     where id = ${use.id} and ((sign_count = 0 and ${use.signCount}::bigint = 0) or sign_count < ${use.signCount}::bigint)
    returning id`
  return rows.length === 1
}

/** Changes the name of a passkey; undefined if the account has none with this id. */
export async function updateName(
  tx: WriteHandle,
  { userId, id, name }: { readonly userId: string; readonly id: string; readonly name: string },
): Promise<Passkey | undefined> {
  const [row] = await tx.sql<PasskeyRow>`
    update passkeys set name = ${name} where id = ${id} and user_id = ${userId} returning ${columns}`
  return row === undefined ? undefined : fromRow(row)
}

/** Removes a passkey; false if the account has none with this id. */
export async function deletePasskey(tx: WriteHandle, userId: string, id: string): Promise<boolean> {
  const rows = await tx.sql`delete from passkeys where id = ${id} and user_id = ${userId} returning id`
  return rows.length === 1
}

/** Removes every passkey of an account, and what was to become one. */
export async function deletePasskeysOf(tx: WriteHandle, userId: string): Promise<void> {
  await tx.sql`delete from passkeys where user_id = ${userId}`
  await tx.sql`delete from passkey_challenges where user_id = ${userId}`
}
