import { join } from 'node:path'
import { columnsOf, quoteName, quoteText, sqlTypeOf } from './columns.ts'
import type { Snapshot } from './delta-log.ts'

/** A version of a table as a subquery of DuckDB, with every column of its schema; of a table without files it has no rows. */
export function tableSql(folder: string, { files, metaData }: Pick<Snapshot, 'files' | 'metaData'>): string {
  const columns = Object.entries(columnsOf(metaData.schemaString))
  if (files.size === 0) {
    const empty = columns.map(([name, type]) => `null::${sqlTypeOf(type)} as ${quoteName(name)}`)
    return `(select ${empty.join(', ')} where false)`
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
  return `(select ${selected.join(', ')} from read_parquet([${paths.join(', ')}], union_by_name = true${hive}))`
}
