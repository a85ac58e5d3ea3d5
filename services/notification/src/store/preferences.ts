import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Preferences } from '@stoa/contracts/notification/resources'
import { json } from '@stoa/postgres'
import { defaultPreferences } from '../domain/delivery.ts'

/** Returns the preferences of an account, with their version; version 0 means default preferences. */
export interface StoredPreferences {
  readonly preferences: Preferences
  readonly version: number
}

export async function readPreferences(db: ReadHandle, userId: string): Promise<StoredPreferences> {
  const [row] = await db.sql<{
    body: Preferences
    version: number
  }>`select body, version from preferences where user_id = ${userId}`
  return row === undefined
    ? { preferences: defaultPreferences, version: 0 }
    : { preferences: row.body, version: row.version }
}

/** Writes what a person wants when its version is still the expected one, or whichever it is; false otherwise. */
export async function savePreferences(
  tx: WriteHandle,
  userId: string,
  preferences: Preferences,
  expected: string | undefined,
): Promise<boolean> {
  const body = json(preferences)
  const rows = await (expected === undefined
    ? tx.sql`
        insert into preferences (user_id, body, version) values (${userId}, ${body}, 1)
        on conflict (user_id) do update set body = excluded.body, version = preferences.version + 1
        returning 1`
    : expected === '0'
      ? tx.sql`
          insert into preferences (user_id, body, version) values (${userId}, ${body}, 1)
          on conflict (user_id) do nothing
          returning 1`
      : tx.sql`
          update preferences set body = ${body}, version = version + 1
          where user_id = ${userId} and version::text = ${expected}
          returning 1`)
  return rows.length > 0
}
