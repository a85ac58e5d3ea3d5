import { join } from 'node:path'
import { columnsOf, quoteName, quoteText, sqlTypeOf, type Columns, type ColumnType } from './columns.ts'
import type { Snapshot } from './delta-log.ts'

/**
 * A version of a table as a subquery of DuckDB, with every column of its schema; of a table without files it has no rows.
 * Columns of `later` that the table does not have yet are null.
 */
export function tableSql(
  folder: string,
  { files, metaData }: Pick<Snapshot, 'files' | 'metaData'>,
  later: Columns = {},
): string {
  const schema = columnsOf(metaData.schemaString)
  const columns = Object.entries(schema)
  const missing = Object.entries(later)
    .filter(([name]) => !Object.hasOwn(schema, name))
    .map(([name, type]) => nullAs(name, type))
  if (files.size === 0) {
    const empty = columns.map(([name, type]) => nullAs(name, type))
    return `(select ${[...empty, ...missing].join(', ')} where false)`
  }
  const paths = [...files.values()].map(({ path }) => quoteText(join(folder, decodeURIComponent(path))))
  // The values of partitions are read as text and converted: as a column of another type they break DuckDB 1.5.5, which looks for
  // their statistics in the files.
  const isPartition = (name: string) => metaData.partitionColumns.includes(name)
  const selected = columns.map(([name, type]) =>
    isPartition(name) ? `${quoteName(name)}::${sqlTypeOf(type)} as ${quoteName(name)}` : quoteName(name),
  )
  const hive = metaData.partitionColumns.length === 0 ? '' : ', hive_partitioning = true, hive_types_autocast = false'
  // Files of an earlier schema lack columns, which are null in them.
  return `(select ${[...selected, ...missing].join(', ')} from read_parquet([${paths.join(', ')}], union_by_name = true${hive}))`
}

function nullAs(name: string, type: ColumnType): string {
  return `null::${sqlTypeOf(type)} as ${quoteName(name)}`
}
