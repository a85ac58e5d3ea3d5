import { randomUUID } from 'node:crypto'
import { open, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { quoteName, quoteText, sqlTypeOf, type Columns } from './columns.ts'
import type { Action, AddedFile } from './delta-log.ts'
import { makeFolder, syncFolder } from './delta-table.ts'
import type { DuckSession, SqlValue } from './duck.ts'

/** Where the files of a table go. */
export interface TableFiles {
  /** The folder of the table. */
  readonly folder: string
  readonly columns: Columns
  /** The column by whose values the files are divided. */
  readonly partitionBy?: string
}

/**
 * Writes the rows of a query as data files, one for each value of the partition column, and returns the actions that add them.
 * The files belong to the table only once these are committed. The query must return the columns of the table.
 */
export async function writeQuery(session: DuckSession, sql: string, target: TableFiles): Promise<Action[]> {
  const { folder, columns, partitionBy } = target
  const source = `written_${randomUUID().replaceAll('-', '')}`
  const casts = Object.entries(columns).map(
    ([name, type]) => `${quoteName(name)}::${sqlTypeOf(type)} as ${quoteName(name)}`,
  )
  await session.rows(`create temp table ${source} as select ${casts.join(', ')} from (${sql})`)
  try {
    const values = await partitionsOf(session, source, partitionBy)
    const adds: Action[] = []
    for (const value of values) adds.push({ add: await writeFileOf(session, source, { ...target, folder }, value) })
    return adds
  } finally {
    await session.rows(`drop table ${source}`)
  }
}

async function partitionsOf(
  session: DuckSession,
  source: string,
  partitionBy?: string,
): Promise<(string | undefined)[]> {
  if (partitionBy === undefined) {
    const [row] = await session.rows(`select count(*)::integer as n from ${source}`)
    return row?.['n'] === 0 ? [] : [undefined]
  }
  const rows = await session.rows(
    `select distinct ${quoteName(partitionBy)}::varchar as value from ${source} order by 1`,
  )
  return rows.map(({ value }) => {
    if (value === null || value === undefined)
      throw new TypeError(`a row has no ${partitionBy}, by which the files are divided`)
    return String(value)
  })
}

async function writeFileOf(
  session: DuckSession,
  source: string,
  { folder, columns, partitionBy }: TableFiles,
  value: string | undefined,
): Promise<AddedFile> {
  const name = `part-${randomUUID()}.snappy.parquet`
  const path = value === undefined ? name : `${partitionBy}=${encodeURIComponent(value)}/${name}`
  const file = join(folder, path)
  await makeFolder(dirname(file))
  const kept = Object.keys(columns).filter((column) => column !== partitionBy)
  const where = value === undefined ? '' : `where ${quoteName(partitionBy ?? '')}::varchar = ${quoteText(value)}`
  const select = `select ${kept.map(quoteName).join(', ')} from ${source} ${where}`
  const [written] = await session.rows(`copy (${select}) to ${quoteText(file)} (format parquet, compression snappy)`)
  await syncFile(file)
  await syncFolder(dirname(file))
  const { size, mtimeMs } = await stat(file)
  return {
    // A path of the log is a URL, and the name of the folder is text of its own.
    path: path.split('/').map(encodeURIComponent).join('/').replaceAll('%3D', '='),
    partitionValues: value === undefined || partitionBy === undefined ? {} : { [partitionBy]: value },
    size,
    modificationTime: Math.floor(mtimeMs),
    dataChange: true,
    stats: JSON.stringify({ numRecords: Number(written?.['Count'] ?? 0) }),
  }
}

/** Writes rows as data files, like `writeQuery`. */
export async function writeRows(
  session: DuckSession,
  rows: readonly Readonly<Record<string, SqlValue>>[],
  target: TableFiles,
): Promise<Action[]> {
  if (rows.length === 0) return []
  const temporary = join(target.folder, `.rows-${randomUUID()}.ndjson`)
  await makeFolder(target.folder)
  try {
    await writeFile(temporary, rows.map((row) => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 })
    const types = Object.entries(target.columns).map(
      ([name, type]) => `${quoteName(name)}: ${quoteText(sqlTypeOf(type))}`,
    )
    const sql = `select * from read_json(${quoteText(temporary)}, format = 'newline_delimited', columns = {${types.join(', ')}})`
    return await writeQuery(session, sql, target)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
