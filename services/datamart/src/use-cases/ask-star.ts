import { join } from 'node:path'
import type { MartResult } from '@stoa/contracts/datamart/resources'
import type { MartCell, MartColumn } from '@stoa/contracts/shared/mart-query'
import { builtFromAppId, starTablePath, type StarTableName } from '@stoa/contracts/etl/lake-layout'
import { tableSql, type Snapshot, type SqlValue } from '@stoa/lake'
import type { Deps } from '../deps.ts'
import type { BuiltQuery } from '../model/build-query.ts'
import { laterColumns } from '../model/sales.ts'

/** How long a statement may take, and until when it is wanted. */
export interface Asking {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** Waits for its turn however many wait already. */
  readonly isPatient?: boolean
}

/** A statement with the tables that it reads, at their latest versions. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly string[]
  readonly versions: Readonly<Record<string, number>>
  readonly asOf?: string
}

/**
 * Binds a query to the latest version of the star schema, which keeps its files while it is read. Before the first run of the pipeline
 * it has no rows.
 */
export async function statementOf(
  { lake, tables: readTable }: Pick<Deps, 'lake' | 'tables'>,
  { sql, parameters, columns, tables }: BuiltQuery,
): Promise<Statement> {
  const found = await Promise.all(
    tables.map(async (name) => ({ name, snapshot: await readTable(folderOf(lake, name)) })),
  )
  const snapshots = found.filter(
    (each): each is { name: StarTableName; snapshot: Snapshot } => each.snapshot !== undefined,
  )
  if (snapshots.length < tables.length) {
    const empty = columns.map(({ name, type }) => `null::${sqlTypes[type]} as "${name}"`)
    return { sql: `select ${empty.join(', ')} where false`, parameters: [], versions: {} }
  }
  const sources = snapshots.map(
    ({ name, snapshot }) =>
      `${name} as (select * from ${tableSql(folderOf(lake, name), snapshot, laterColumns[name])})`,
  )
  const builtAtMs = snapshots[0]?.snapshot.transactions.get(builtFromAppId)?.lastUpdated
  return {
    sql: `with ${sources.join(', ')}\n${sql}`,
    parameters,
    versions: Object.fromEntries(snapshots.map(({ name, snapshot }) => [name, snapshot.version])),
    ...(builtAtMs === undefined ? {} : { asOf: Temporal.Instant.fromEpochMilliseconds(builtAtMs).toString() }),
  }
}

const sqlTypes = { text: 'varchar', day: 'date', integer: 'bigint', money: 'bigint' } as const

/** What a result says besides its rows. */
export function factsOf(
  { sql, columns }: Pick<BuiltQuery, 'sql' | 'columns'>,
  { asOf, versions }: Statement,
): Pick<MartResult, 'sql' | 'columns' | 'asOf' | 'versions'> {
  return { columns: [...columns], sql, ...(asOf === undefined ? {} : { asOf }), versions: { ...versions } }
}

/** Runs a query. @throws AppError `lake.too_long`, `lake.too_large`, `lake.busy` */
export async function askStar(
  { duck, ...deps }: Pick<Deps, 'duck' | 'lake' | 'tables'>,
  query: BuiltQuery,
  asking: Asking,
): Promise<MartResult> {
  const statement = await statementOf(deps, query)
  const facts = factsOf(query, statement)
  if (Object.keys(statement.versions).length === 0) return { ...facts, rows: [], isTruncated: false }
  const rows = await duck.use(asking, (session) => session.rows(statement.sql, statement.parameters))
  const { columns, limit } = query
  return {
    ...facts,
    rows: rows.slice(0, limit).map((row) => columns.map(({ name, type }) => toCell(type, row[name] ?? null))),
    isTruncated: rows.length > limit,
  }
}

function folderOf(lake: string, name: StarTableName): string {
  return join(lake, starTablePath(name))
}

/** A value of DuckDB as JSON. @throws RangeError for a number that JSON cannot carry */
export function toCell(type: MartColumn['type'], value: SqlValue): MartCell {
  if (value === null) return null
  if (type === 'text' || type === 'day') return String(value)
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${String(value)} is too large for a number of JSON`)
  return number
}
