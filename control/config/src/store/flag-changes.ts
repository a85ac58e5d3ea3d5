import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { EnvironmentName } from '@stoa/contracts/config/environments'
import type { ChangeAction, FlagChange, FlagSetting } from '@stoa/contracts/config/resources'
import { json } from '@stoa/postgres'

/** A change to record, and the setting that it makes. */
export interface NewChange {
  readonly key: string
  readonly environment: string
  readonly version: number
  readonly action: ChangeAction
  readonly changedBy: string
  readonly at: Temporal.Instant
  readonly reason: string
  readonly before?: FlagSetting
  readonly after: FlagSetting
}

/** Writes a setting and the record of its change; the caller holds the row, or has inserted the flag. */
export async function writeSetting(tx: WriteHandle, change: NewChange): Promise<void> {
  const { key, environment, version, at, after } = change
  await tx.sql`
    insert into flag_settings (key, environment, version, setting, changed_at)
      values (${key}, ${environment}, ${version}, ${json(after)}, ${at})
      on conflict (key, environment) do update
        set version = excluded.version, setting = excluded.setting, changed_at = excluded.changed_at`
  await tx.sql`
    insert into flag_changes (key, environment, version, action, changed_by, changed_at, reason, before, after)
      values (${key}, ${environment}, ${version}, ${change.action}, ${change.changedBy}, ${at}, ${change.reason},
              ${change.before === undefined ? null : json(change.before)}, ${json(after)})`
}

/** A flag that is deleted in an environment. */
export type Deletion = Omit<NewChange, 'action' | 'after'> & { readonly before: FlagSetting }

/** Writes the record of a deletion; the caller holds the row of the setting. */
export async function writeDeletion(tx: WriteHandle, deletion: Deletion): Promise<void> {
  const { key, environment, version, changedBy, at, reason, before } = deletion
  await tx.sql`
    insert into flag_changes (key, environment, version, action, changed_by, changed_at, reason, before, after)
      values (${key}, ${environment}, ${version}, 'deleted', ${changedBy}, ${at}, ${reason}, ${json(before)}, null)`
}

/** The last version of a flag in each environment, also of one that was deleted; 0 where it never was. */
export async function lastVersions(db: ReadHandle, key: string): Promise<(environment: EnvironmentName) => number> {
  const rows = await db.sql<{ environment: EnvironmentName; version: number }>`
    select environment, max(version) as version from flag_changes where key = ${key} group by environment`
  const versions = new Map(rows.map(({ environment, version }) => [environment, version]))
  return (environment) => versions.get(environment) ?? 0
}

interface ChangeRow {
  readonly version: number
  readonly action: ChangeAction
  readonly changed_by: string
  readonly changed_at: Temporal.Instant
  readonly reason: string
  readonly before: FlagSetting | null
  readonly after: FlagSetting | null
}

interface Page {
  readonly key: string
  readonly environment: string
  readonly beforeVersion: number | undefined
  readonly limit: number
}

/** Changes before a version, newest first. */
export async function listChanges(db: ReadHandle, page: Page): Promise<FlagChange[]> {
  const { key, environment, beforeVersion, limit } = page
  const rows = await db.sql<ChangeRow>`
    select * from flag_changes where key = ${key} and environment = ${environment}
       and (${beforeVersion}::integer is null or version < ${beforeVersion}) order by version desc limit ${limit}`
  return rows.map(({ version, action, changed_by, changed_at, reason, before, after }) => ({
    version,
    action,
    changedBy: changed_by,
    changedAt: changed_at.toString(),
    reason,
    ...(before === null ? {} : { before }),
    ...(after === null ? {} : { after }),
  }))
}

/** The setting of a flag as of a version; undefined for one in which it was deleted. */
export async function findSetting(
  db: ReadHandle,
  { key, environment, version }: { readonly key: string; readonly environment: string; readonly version: number },
): Promise<FlagSetting | undefined> {
  const [row] = await db.sql<{ after: FlagSetting | null }>`
    select after from flag_changes where key = ${key} and environment = ${environment} and version = ${version}`
  return row?.after ?? undefined
}
