// The actions of a Delta log and what they add up to (https://github.com/delta-io/delta/blob/master/PROTOCOL.md).

/** A data file that belongs to a table from a version on; its path is relative to the folder of the table. */
export interface AddedFile {
  readonly path: string
  readonly partitionValues: Readonly<Record<string, string | null>>
  readonly size: number
  readonly modificationTime: number
  readonly dataChange: boolean
  /** JSON with the number of rows, `numRecords`. */
  readonly stats?: string
}

/** A data file that no longer belongs to a table. */
export interface RemovedFile {
  readonly path: string
  readonly deletionTimestamp: number
  readonly dataChange: boolean
}

/** The schema of a table and by which columns its files are divided. */
export interface MetaData {
  readonly id: string
  readonly format: { readonly provider: 'parquet'; readonly options: Readonly<Record<string, string>> }
  readonly schemaString: string
  readonly partitionColumns: readonly string[]
  readonly configuration: Readonly<Record<string, string>>
  readonly createdTime?: number
}

/** The last write of an application, by a number that the application gives it. */
export interface AppTransaction {
  readonly appId: string
  readonly version: number
  readonly lastUpdated?: number
}

/** What a reader and a writer must support. */
export interface Protocol {
  readonly minReaderVersion: number
  readonly minWriterVersion: number
}

/** One line of a commit. */
export interface Action {
  readonly protocol?: Protocol
  readonly metaData?: MetaData
  readonly add?: AddedFile
  readonly remove?: RemovedFile
  readonly txn?: AppTransaction
  readonly commitInfo?: Readonly<Record<string, unknown>>
}

/** A version of a table: its files and its schema. */
export interface Snapshot {
  readonly version: number
  readonly protocol: Protocol
  readonly metaData: MetaData
  readonly files: ReadonlyMap<string, AddedFile>
  readonly removed: ReadonlyMap<string, RemovedFile>
  readonly transactions: ReadonlyMap<string, AppTransaction>
}

/** The highest version of the protocol that our reader and writer know. */
export const protocol: Protocol = { minReaderVersion: 1, minWriterVersion: 2 }

/** The folder of the log in that of its table. */
export const logFolder = '_delta_log'

/** The name of a commit in the log. */
export function commitName(version: number): string {
  return `${String(version).padStart(20, '0')}.json`
}

/** The version of a file name of the log; undefined for anything but a commit. */
export function commitVersion(name: string): number | undefined {
  const found = /^(\d{20})\.json$/.exec(name)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** The text of a commit. */
export function formatCommit(actions: readonly Action[]): string {
  return actions.map((action) => `${JSON.stringify(action)}\n`).join('')
}

/** The actions of the text of a commit. @throws SyntaxError if it is damaged */
export function parseCommit(text: string): Action[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Action)
}

/** Adds up commits in their order. */
export interface Fold {
  /** @throws Error if the table needs a newer reader, or its first commit has no schema */
  readonly apply: (version: number, actions: readonly Action[]) => void
  /** The snapshot after the last commit; undefined before the first one of a table. */
  readonly snapshot: () => Snapshot | undefined
}

/** Continues from a snapshot, which stays as it is: it is copied once, not for each of the thousands of commits of a log. */
export function foldCommits(before?: Snapshot): Fold {
  const files = new Map(before?.files)
  const removed = new Map(before?.removed)
  const transactions = new Map(before?.transactions)
  let last = before
  function applyFile({ add, remove, txn }: Action): void {
    if (txn !== undefined) transactions.set(txn.appId, txn)
    if (add !== undefined) {
      files.set(add.path, add)
      removed.delete(add.path)
    }
    if (remove !== undefined) {
      files.delete(remove.path)
      removed.set(remove.path, remove)
    }
  }
  return {
    apply(version, actions) {
      const needed = actions.findLast((action) => action.protocol !== undefined)?.protocol ?? last?.protocol
      const metaData = actions.findLast((action) => action.metaData !== undefined)?.metaData ?? last?.metaData
      if (needed === undefined || metaData === undefined) {
        throw new Error('the first commit has no protocol or no schema')
      }
      if (needed.minReaderVersion > protocol.minReaderVersion) {
        throw new Error(`the table needs version ${needed.minReaderVersion} of the protocol`)
      }
      for (const action of actions) applyFile(action)
      last = { version, protocol: needed, metaData, files, removed, transactions }
    },
    snapshot: () => last,
  }
}

/** The rows of a snapshot, by the statistics of its files; undefined if a file has none. */
export function rowCountOf({ files }: Pick<Snapshot, 'files'>): number | undefined {
  let rows = 0
  for (const { stats } of files.values()) {
    const { numRecords } = (stats === undefined ? {} : JSON.parse(stats)) as { numRecords?: number }
    if (numRecords === undefined) return undefined
    rows += numRecords
  }
  return rows
}
