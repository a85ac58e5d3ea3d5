import { randomUUID } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
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
export function writeQuery(session: DuckSession, sql: string, target: TableFiles): Promise<Action[]> {
  const casts = Object.entries(target.columns).map(([name, type]) => `${quoteName(name)}::${sqlTypeOf(type)}`)
  return writeFilled(session, target, async (source) => {
    await session.rows(`insert into ${source} select ${casts.join(', ')} from (${sql})`)
  })
}

async function writeFilled(
  session: DuckSession,
  target: TableFiles,
  fill: (source: string) => Promise<void>,
): Promise<Action[]> {
  const source = `written_${randomUUID().replaceAll('-', '')}`
  const columns = Object.entries(target.columns).map(([name, type]) => `${quoteName(name)} ${sqlTypeOf(type)}`)
  await session.rows(`create temp table ${source} (${columns.join(', ')})`)
  try {
    await fill(source)
    const values = await partitionsOf(session, source, target.partitionBy)
    const adds: Action[] = []
    for (const value of values) adds.push({ add: await writeFileOf(session, source, target, value) })
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
  const columns = Object.entries(target.columns)
  const structure = JSON.stringify([Object.fromEntries(columns.map(([name]) => [name, 'VARCHAR']))])
  const casts = columns.map(([name, type]) => `each.${quoteName(name)}::${sqlTypeOf(type)}`)
  const given = `select unnest(from_json($1::json, ${quoteText(structure)})) as each`
  return writeFilled(session, target, async (source) => {
    for (const portion of portionsOf(rows))
      await session.rows(`insert into ${source} select ${casts.join(', ')} from (${given})`, [portion])
  })
}

const portionLength = 1_000_000

/** The rows as arrays of JSON, of a size that needs little memory beside the table; `read_json` has buffers of 32 MiB in each thread. */
function* portionsOf(rows: readonly Readonly<Record<string, SqlValue>>[]): Generator<string> {
  let texts: string[] = []
  let length = 0
  for (const row of rows) {
    const text = JSON.stringify(row)
    if (length > 0 && length + text.length > portionLength) {
      yield `[${texts.join(',')}]`
      texts = []
      length = 0
    }
    texts.push(text)
    length += text.length
  }
  yield `[${texts.join(',')}]`
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
