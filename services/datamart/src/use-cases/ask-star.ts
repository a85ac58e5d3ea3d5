import { join } from 'node:path'
import type { MartResult } from '@stoa/contracts/datamart/resources'
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

/**
 * Runs a statement on the latest version of the star schema, which keeps its files while it is read. Before the first run of the
 * pipeline there are no rows. @throws AppError `lake.too_long`, `lake.too_large`, `lake.busy`
 */
export async function askStar(
  { duck, lake, tables: readTable }: Pick<Deps, 'duck' | 'lake' | 'tables'>,
  { sql, parameters, columns, tables, limit }: BuiltQuery,
  asking: Asking,
): Promise<MartResult> {
  const found = await Promise.all(
    tables.map(async (name) => ({ name, snapshot: await readTable(folderOf(lake, name)) })),
  )
  const snapshots = found.filter(
    (each): each is { name: StarTableName; snapshot: Snapshot } => each.snapshot !== undefined,
  )
  const shared = { columns: [...columns], sql }
  if (snapshots.length < tables.length) return { ...shared, rows: [], isTruncated: false, versions: {} }
  const sources = snapshots.map(
    ({ name, snapshot }) =>
      `${name} as (select * from ${tableSql(folderOf(lake, name), snapshot, laterColumns[name])})`,
  )
  const statement = `with ${sources.join(', ')}\n${sql}`
  const rows = await duck.use(asking, (session) => session.rows(statement, parameters))
  const builtAtMs = snapshots[0]?.snapshot.transactions.get(builtFromAppId)?.lastUpdated
  return {
    ...shared,
    rows: rows.slice(0, limit).map((row) => columns.map(({ name, type }) => toCell(type, row[name] ?? null))),
    isTruncated: rows.length > limit,
    ...(builtAtMs === undefined ? {} : { asOf: Temporal.Instant.fromEpochMilliseconds(builtAtMs).toString() }),
    versions: Object.fromEntries(snapshots.map(({ name, snapshot }) => [name, snapshot.version])),
  }
}

function folderOf(lake: string, name: StarTableName): string {
  return join(lake, starTablePath(name))
}

function toCell(type: MartResult['columns'][number]['type'], value: SqlValue): string | number | null {
  if (value === null) return null
  if (type === 'text' || type === 'day') return String(value)
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${String(value)} is too large for a number of JSON`)
  return number
}
