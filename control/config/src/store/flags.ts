import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { environmentNames, type EnvironmentName } from '@stoa/contracts/config/environments'
import type { Flag, FlagKey, FlagKind, FlagSetting, Variants } from '@stoa/contracts/config/resources'
import { json } from '@stoa/postgres'

interface FlagRow {
  readonly key: FlagKey
  readonly type: FlagKind
  readonly description: string
  readonly variants: Variants
  readonly is_client_side: boolean
  readonly declared_by: string[]
  readonly formerly_declared_by: string[]
  readonly environment: EnvironmentName
  readonly version: number
  readonly setting: FlagSetting
  readonly changed_at: Temporal.Instant
}

function fromRow({ setting, ...row }: FlagRow): Flag {
  const { key, environment, version, type, description, variants } = row
  return {
    key,
    environment,
    version,
    type,
    description,
    variants,
    isClientSide: row.is_client_side,
    declaredBy: row.declared_by,
    ...setting,
    changedAt: row.changed_at.toString(),
  }
}

/** The definition of a flag, for all environments. */
export interface FlagDefinition {
  readonly key: string
  readonly type: FlagKind
  readonly description: string
  readonly variants: Variants
  readonly defaultVariant: string
  readonly isClientSide: boolean
  readonly declaredBy: readonly string[]
}

export async function findFlag(db: ReadHandle, key: string, environment: string): Promise<Flag | undefined> {
  const [row] = await db.sql<FlagRow>`
    select * from flags join flag_settings using (key) where key = ${key} and environment = ${environment}`
  return row === undefined ? undefined : fromRow(row)
}

/** A flag in an environment, its row locked against other changes. */
export async function lockFlag(tx: WriteHandle, key: string, environment: string): Promise<Flag | undefined> {
  const [row] = await tx.sql<FlagRow>`
    select * from flags join flag_settings using (key) where key = ${key} and environment = ${environment}
      for no key update of flag_settings`
  return row === undefined ? undefined : fromRow(row)
}

/**
 * A flag in all environments, its rows locked against other changes. Every change locks rows first and the revision last, so that two do
 * not wait for each other in a circle.
 */
export async function lockFlagEverywhere(tx: WriteHandle, key: string): Promise<Flag[]> {
  const rows = await tx.sql<FlagRow>`
    select * from flags join flag_settings using (key) where key = ${key}
     order by array_position(${[...environmentNames]}::text[], environment) for no key update of flag_settings`
  return rows.map(fromRow)
}

interface Page {
  readonly environment: string
  readonly afterKey: string | undefined
  readonly limit: number
}

/** Flags after a key, in the order of their keys. */
export async function listFlags(db: ReadHandle, page: Page): Promise<Flag[]> {
  return (await listFlagsWithUse(db, page)).map(({ flag }) => flag)
}

/** A flag, and the services whose contract declares it or did so once. */
export interface FlagWithUse {
  readonly flag: Flag
  readonly usedBy: ReadonlySet<string>
}

/** Like `listFlags`, with the services that may evaluate each flag. */
export async function listFlagsWithUse(db: ReadHandle, { environment, afterKey, limit }: Page): Promise<FlagWithUse[]> {
  const rows = await db.sql<FlagRow>`
    select * from flags join flag_settings using (key)
     where environment = ${environment} and (${afterKey}::text is null or key > ${afterKey}) order by key limit ${limit}`
  return rows.map((row) => ({
    flag: fromRow(row),
    usedBy: new Set([...row.declared_by, ...row.formerly_declared_by]),
  }))
}

/** Inserts a flag without settings; returns false if there is one with its key. */
export async function insertFlag(tx: WriteHandle, flag: FlagDefinition, at: Temporal.Instant): Promise<boolean> {
  const rows = await tx.sql`
    insert into flags (key, type, description, variants, default_variant, is_client_side, declared_by, created_at)
      values (${flag.key}, ${flag.type}, ${flag.description}, ${json(flag.variants)}, ${flag.defaultVariant},
              ${flag.isClientSide}, ${flag.declaredBy}::text[], ${at})
      on conflict (key) do nothing returning 1`
  return rows.length > 0
}

export async function countFlags(db: ReadHandle): Promise<number> {
  const [row] = await db.sql<{ count: number }>`select count(*) as count from flags`
  return row?.count ?? 0
}

/** Makes a flag what a service declares; returns false if it is that already. */
export async function updateDeclared(tx: WriteHandle, flag: FlagDefinition, service: string): Promise<boolean> {
  const rows = await tx.sql`
    update flags set type = ${flag.type}, description = ${flag.description}, variants = ${json(flag.variants)},
           default_variant = ${flag.defaultVariant},
           declared_by = case when ${service} = any(declared_by) then declared_by else declared_by || ${service}::text end
     where key = ${flag.key}
       and (type, description, variants, default_variant, ${service} = any(declared_by))
           is distinct from (${flag.type}::text, ${flag.description}::text, ${json(flag.variants)}::jsonb, ${flag.defaultVariant}::text, true)
     returning 1`
  return rows.length > 0
}

/** Notes which flags a service no longer declares; returns whether there were any. */
export async function dropDeclarations(tx: WriteHandle, service: string, keys: readonly string[]): Promise<boolean> {
  const rows = await tx.sql`
    update flags set declared_by = array_remove(declared_by, ${service}),
           formerly_declared_by = array_remove(formerly_declared_by, ${service}) || ${service}::text
     where ${service} = any(declared_by) and key <> all(${keys}::text[]) returning 1`
  return rows.length > 0
}

/** The services that declare a flag. */
export async function findDeclaring(db: ReadHandle, key: string): Promise<readonly string[]> {
  const [row] = await db.sql<{ declared_by: string[] }>`select declared_by from flags where key = ${key}`
  return row?.declared_by ?? []
}

/** Deletes a flag with its settings; its history stays. */
export async function deleteFlag(tx: WriteHandle, key: string): Promise<void> {
  await tx.sql`delete from flags where key = ${key}`
}

/** Takes the row of the revision, behind which changes come one after the other. */
export async function lockRevision(tx: WriteHandle): Promise<void> {
  await tx.sql`select 1 from config_revision for no key update`
}

/** Takes the row of the revision and raises it, so that all who follow it read again. */
export async function raiseRevision(tx: WriteHandle): Promise<void> {
  await tx.sql`update config_revision set revision = revision + 1`
}

export async function readRevision(db: ReadHandle): Promise<number> {
  const [row] = await db.sql<{ revision: number }>`select revision from config_revision`
  return row?.revision ?? 0
}
