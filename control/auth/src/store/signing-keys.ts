import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { advisoryXactLock, json } from '@stoa/postgres'
import type { KeyTimes } from '../domain/signing-schedule.ts'

/** A signing key as it is kept: its private half encrypted. */
export interface SigningKeyRow extends KeyTimes {
  readonly algorithm: string
  readonly encryptedJwk: Buffer
  readonly publicJwk: object
}

type Row = Omit<SigningKeyRow, 'retiresAt'> & { readonly retiresAt: Temporal.Instant | null }

/** The keys that still verify. */
export async function listSigningKeyRows(db: ReadHandle, now: Temporal.Instant): Promise<SigningKeyRow[]> {
  const rows = await db.sql<Row>`
    select key_id as "keyId", algorithm, encrypted_jwk as "encryptedJwk", public_jwk as "publicJwk",
      created_at as "createdAt", signs_from as "signsFrom", retires_at as "retiresAt"
    from signing.key where retires_at is null or retires_at > ${now} order by signs_from`
  return rows.map((row) => ({ ...row, retiresAt: row.retiresAt ?? undefined }))
}

/** Makes replicas that start or rotate at once take turns. */
export async function lockSigningKeys(tx: WriteHandle): Promise<void> {
  await advisoryXactLock(tx, 'auth.signing-keys')
}

export async function insertSigningKey(tx: WriteHandle, key: SigningKeyRow): Promise<void> {
  await tx.sql`
    insert into signing.key (key_id, algorithm, encrypted_jwk, public_jwk, created_at, signs_from, retires_at)
    values (${key.keyId}, ${key.algorithm}, ${key.encryptedJwk}, ${json(key.publicJwk)}, ${key.createdAt},
      ${key.signsFrom}, ${key.retiresAt ?? null})`
}

/** Lets all keys but one retire at a time, at the latest; answers their ids. */
export async function retireOtherKeys(tx: WriteHandle, keyId: string, at: Temporal.Instant): Promise<string[]> {
  const rows = await tx.sql<{ keyId: string }>`
    update signing.key set retires_at = least(retires_at, ${at}) where key_id <> ${keyId} returning key_id as "keyId"`
  return rows.map((row) => row.keyId)
}

export async function purgeSigningKeys(tx: WriteHandle, now: Temporal.Instant): Promise<void> {
  await tx.sql`delete from signing.key where retires_at <= ${now}`
}
