import { randomUUID } from 'node:crypto'
import { link, mkdir, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { schemaText, type Columns } from './columns.ts'
import { commitName, formatCommit, logFolder, protocol, type Action, type Snapshot } from './delta-log.ts'
import { platformError } from '@stoa/kernel'

/** A change of a table. */
export interface Change {
  /** The version that the change was decided on; undefined for a table that does not exist. */
  readonly readVersion: number | undefined
  /** `WRITE`, as the history of the table shows it. */
  readonly operation: string
  readonly actions: readonly Action[]
}

/**
 * Commits a change as the next version of a table: all of it or nothing, also if the process or the machine stops in between.
 * Returns the version. @throws AppError `lake.conflict` if another writer has committed since `readVersion`
 */
export async function commitTable(folder: string, { readVersion, operation, actions }: Change): Promise<number> {
  const version = (readVersion ?? -1) + 1
  const log = join(folder, logFolder)
  await makeFolder(log)
  const unfinished = join(log, `.${randomUUID()}.tmp`)
  const info = { timestamp: Date.now(), operation, operationParameters: {}, engineInfo: 'stoa' }
  try {
    await writeDurably(unfinished, formatCommit([{ commitInfo: info }, ...actions]))
    // A link fails if its name is taken, and shows the whole file at once.
    await link(unfinished, join(log, commitName(version)))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw platformError('lake.conflict', `another writer has committed version ${version} of the table ${folder}`, {
      cause,
      retryable: true,
    })
  } finally {
    await rm(unfinished, { force: true })
  }
  await syncFolder(log)
  return version
}

/** The actions that begin a table: the protocol, and its schema with properties that readers do not know. */
export function newTable(
  columns: Columns,
  partitionColumns: readonly string[],
  configuration: Readonly<Record<string, string>> = {},
): Action[] {
  return [{ protocol }, schemaAction(columns, partitionColumns, configuration)]
}

function schemaAction(
  columns: Columns,
  partitionColumns: readonly string[],
  configuration: Readonly<Record<string, string>>,
): Action {
  return {
    metaData: {
      id: randomUUID(),
      format: { provider: 'parquet', options: {} },
      schemaString: schemaText(columns),
      partitionColumns,
      configuration,
      createdTime: Date.now(),
    },
  }
}

/** The actions after which a table has the files of an earlier version again, and no other. */
export function restoringActions(now: Snapshot, earlier: Pick<Snapshot, 'files'> | undefined): Action[] {
  const wanted: Snapshot['files'] = earlier?.files ?? new Map<string, never>()
  const superfluous = [...now.files.values()].filter(({ path }) => !wanted.has(path))
  const missing = [...wanted.values()].filter(({ path }) => !now.files.has(path))
  return [...removals(superfluous), ...missing.map((add) => ({ add }))]
}

/** The actions that remove files from a table; the files themselves stay for readers of earlier versions. */
export function removals(files: Iterable<{ readonly path: string }>): Action[] {
  const deletionTimestamp = Date.now()
  return [...files].map(({ path }) => ({ remove: { path, deletionTimestamp, dataChange: true } }))
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes a folder and those above it, so that they survive a stop of the machine. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true })
  if (first === undefined) return
  // A folder is there once the one above it is written.
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

/** Makes the names in a folder survive a stop of the machine, not only the contents of its files. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
