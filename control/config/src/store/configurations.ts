import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { ApplicationName, EnvironmentName } from '@stoa/contracts/config/environments'
import type { ChangeAction } from '@stoa/contracts/config/resources'
import type {
  Application,
  ApplicationChange,
  Configuration,
  ConfigurationChange,
  SettingSchemas,
  Values,
} from '@stoa/contracts/config/values'
import { json } from '@stoa/postgres'

interface ApplicationRow {
  readonly name: ApplicationName
  readonly version: number
  readonly is_service: boolean
  readonly settings: SettingSchemas
}

const toApplication = ({ is_service, ...rest }: ApplicationRow): Application => ({ ...rest, isService: is_service })

export async function findApplication(db: ReadHandle, name: string): Promise<Application | undefined> {
  const [row] = await db.sql<ApplicationRow>`select * from applications where name = ${name}`
  return row === undefined ? undefined : toApplication(row)
}

/** An application, locked against changes of its schemas and values. */
export async function lockApplication(tx: WriteHandle, name: string): Promise<Application | undefined> {
  const [row] = await tx.sql<ApplicationRow>`select * from applications where name = ${name} for no key update`
  return row === undefined ? undefined : toApplication(row)
}

/** Applications after a name, in the order of their names. */
export async function listApplications(
  db: ReadHandle,
  { afterName, limit }: { readonly afterName: string | undefined; readonly limit: number },
): Promise<Application[]> {
  const rows = await db.sql<ApplicationRow>`
    select * from applications where ${afterName}::text is null or name > ${afterName} order by name limit ${limit}`
  return rows.map(toApplication)
}

export async function countApplications(db: ReadHandle): Promise<number> {
  const [row] = await db.sql<{ count: number }>`select count(*) as count from applications`
  return row?.count ?? 0
}

/** Writes a version of the schemas of an application; the caller holds its row, or that of the revision if it is new. */
export async function writeApplication(
  tx: WriteHandle,
  { name, version, isService, settings }: Application,
): Promise<void> {
  await tx.sql`
    insert into applications (name, version, is_service, settings)
      values (${name}, ${version}, ${isService}, ${json(settings)})
      on conflict (name) do update
        set version = excluded.version, is_service = excluded.is_service, settings = excluded.settings`
}

/** A change of schemas. */
export interface NewApplicationChange {
  readonly name: string
  readonly version: number
  readonly action: ChangeAction
  readonly changedBy: string
  readonly at: Temporal.Instant
  readonly reason: string
  readonly before?: SettingSchemas
  readonly after: SettingSchemas
}

/** Writes the record of a change of schemas. */
export async function insertApplicationChange(tx: WriteHandle, change: NewApplicationChange): Promise<void> {
  const { name, version, action, changedBy, at, reason, before, after } = change
  await tx.sql`
    insert into application_changes (application, version, action, changed_by, changed_at, reason, before, after)
      values (${name}, ${version}, ${action}, ${changedBy}, ${at}, ${reason},
              ${before === undefined ? null : json(before)}, ${json(after)})`
}

interface ApplicationChangeRow {
  readonly version: number
  readonly action: ChangeAction
  readonly changed_by: string
  readonly changed_at: Temporal.Instant
  readonly reason: string
  readonly before: SettingSchemas | null
  readonly after: SettingSchemas
}

/** Changes of the schemas of an application before a version, newest first. */
export async function listApplicationChanges(
  db: ReadHandle,
  {
    name,
    beforeVersion,
    limit,
  }: { readonly name: string; readonly beforeVersion: number | undefined; readonly limit: number },
): Promise<ApplicationChange[]> {
  const rows = await db.sql<ApplicationChangeRow>`
    select version, action, changed_by, changed_at, reason, before, after from application_changes
     where application = ${name} and (${beforeVersion}::integer is null or version < ${beforeVersion})
     order by version desc limit ${limit}`
  return rows.map(({ changed_by, changed_at, before, ...rest }) => ({
    ...rest,
    changedBy: changed_by,
    changedAt: changed_at.toString(),
    ...(before === null ? {} : { before }),
  }))
}

interface ConfigurationRow {
  readonly application: ApplicationName
  readonly environment: EnvironmentName
  readonly version: number
  readonly values: Values
  readonly changed_at: Temporal.Instant
}

/** The values of an application that exists; version 0 without a value if they were never set. */
export async function readConfiguration(
  db: ReadHandle,
  application: string,
  environment: EnvironmentName,
): Promise<Configuration> {
  const [row] = await db.sql<ConfigurationRow>`
    select * from configurations where application = ${application} and environment = ${environment}`
  if (row === undefined) return { application, environment, version: 0, values: {} }
  const { changed_at, ...rest } = row
  return { ...rest, changedAt: changed_at.toString() }
}

/** A change of values. */
export interface NewConfigurationChange {
  readonly application: string
  readonly environment: string
  readonly version: number
  readonly action: ChangeAction
  readonly changedBy: string
  readonly at: Temporal.Instant
  readonly reason: string
  readonly before: Values
  readonly after: Values
}

/** Writes values with the record of their change; the caller holds the lock of the application. */
export async function writeConfiguration(tx: WriteHandle, change: NewConfigurationChange): Promise<void> {
  const { application, environment, version, at, before, after } = change
  await tx.sql`
    insert into configurations (application, environment, version, values, changed_at)
      values (${application}, ${environment}, ${version}, ${json(after)}, ${at})
      on conflict (application, environment) do update
        set version = excluded.version, values = excluded.values, changed_at = excluded.changed_at`
  await tx.sql`
    insert into configuration_changes
           (application, environment, version, action, changed_by, changed_at, reason, before, after)
      values (${application}, ${environment}, ${version}, ${change.action}, ${change.changedBy}, ${at}, ${change.reason},
              ${json(before)}, ${json(after)})`
}

interface ChangeRow {
  readonly version: number
  readonly action: ChangeAction
  readonly changed_by: string
  readonly changed_at: Temporal.Instant
  readonly reason: string
  readonly before: Values
  readonly after: Values
}

interface Page {
  readonly application: string
  readonly environment: string
  readonly beforeVersion: number | undefined
  readonly limit: number
}

/** Changes before a version, newest first. */
export async function listConfigurationChanges(db: ReadHandle, page: Page): Promise<ConfigurationChange[]> {
  const { application, environment, beforeVersion, limit } = page
  const rows = await db.sql<ChangeRow>`
    select version, action, changed_by, changed_at, reason, before, after from configuration_changes
     where application = ${application} and environment = ${environment}
       and (${beforeVersion}::integer is null or version < ${beforeVersion}) order by version desc limit ${limit}`
  return rows.map(({ changed_by, changed_at, ...rest }) => ({
    ...rest,
    changedBy: changed_by,
    changedAt: changed_at.toString(),
  }))
}

/** The values as of a version. */
export async function findValues(
  db: ReadHandle,
  at: { readonly application: string; readonly environment: string; readonly version: number },
): Promise<Values | undefined> {
  const [row] = await db.sql<{ after: Values }>`
    select after from configuration_changes
     where application = ${at.application} and environment = ${at.environment} and version = ${at.version}`
  return row?.after
}
