import type { Columns } from './columns.ts'
import type { Action, AddedFile, Snapshot } from './delta-log.ts'
import { commitTable, removals } from './delta-table.ts'
import type { DuckSession } from './duck.ts'
import { tableSql } from './table-sql.ts'
import { writeQuery } from './write-files.ts'

/** What is put together. */
export interface Compaction {
  readonly columns: Columns
  readonly partitionBy: string
  /** So many small files of one partition become one. */
  readonly fewestFiles: number
  /** A file with as many rows is not small. */
  readonly largeRows: number
}

/** The small files of each partition that has enough of them. */
export function filesToCompact(
  { files }: Pick<Snapshot, 'files'>,
  { partitionBy, fewestFiles, largeRows }: Omit<Compaction, 'columns'>,
): AddedFile[][] {
  const small = [...files.values()].filter((file) => (rowsOf(file) ?? largeRows) < largeRows)
  const byPartition = Map.groupBy(small, ({ partitionValues }) => partitionValues[partitionBy])
  return [...byPartition.values()].filter((each) => each.length >= fewestFiles)
}

function rowsOf({ stats }: AddedFile): number | undefined {
  return stats === undefined ? undefined : (JSON.parse(stats) as { numRecords?: number }).numRecords
}

/**
 * Puts files of one partition together in one commit, which changes no row: every file costs each later read. Returns the version.
 * @throws AppError `lake.conflict` if another writer was first
 */
export async function compactFiles(
  session: DuckSession,
  { folder, snapshot, files }: { readonly folder: string; readonly snapshot: Snapshot; readonly files: AddedFile[] },
  { columns, partitionBy }: Pick<Compaction, 'columns' | 'partitionBy'>,
): Promise<number> {
  const source = { metaData: snapshot.metaData, files: new Map(files.map((file) => [file.path, file])) }
  const adds = await writeQuery(session, `select * from ${tableSql(folder, source)}`, { folder, columns, partitionBy })
  return commitTable(folder, {
    readVersion: snapshot.version,
    operation: 'OPTIMIZE',
    actions: [...removals(files), ...adds].map(withoutChange),
  })
}

/** Those who follow a table by its log need not read the rows again. */
function withoutChange({ add, remove }: Action): Action {
  if (add !== undefined) return { add: { ...add, dataChange: false } }
  return remove === undefined ? {} : { remove: { ...remove, dataChange: false } }
}
