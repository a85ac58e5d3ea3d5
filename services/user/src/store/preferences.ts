import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { AccountPreferences } from '@stoa/contracts/user/resources'

/** Preferences with the version of their account. */
export interface VersionedPreferences {
  readonly preferences: AccountPreferences
  readonly version: number
}

/** The preferences of an account, unless it was erased. */
export async function findPreferences(db: ReadHandle, userId: string): Promise<VersionedPreferences | undefined> {
  const [row] = await db.sql<{ locale: string; time_zone: string | null; version: number }>`
    select locale, time_zone, version from users where id = ${userId} and deleted_at is null`
  if (row === undefined) return undefined
  const { locale, time_zone: timeZone, version } = row
  return { preferences: { locale, ...(timeZone === null ? {} : { timeZone }) }, version }
}

/** Sets the time zone of an account whose row is locked; undefined removes it. */
export async function setTimeZone(tx: WriteHandle, userId: string, timeZone: string | undefined): Promise<void> {
  await tx.sql`update users set time_zone = ${timeZone ?? null} where id = ${userId}`
}
