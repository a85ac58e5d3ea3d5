import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { schemaText, type Columns } from './columns.ts'
import {
  applyCommit,
  commitName,
  commitVersion,
  formatCommit,
  parseCommit,
  protocol,
  type Action,
  type Snapshot,
} from './delta-log.ts'
import { lakeError } from './lake-errors.ts'

const logFolder = '_delta_log'

/**
 * Reads the latest version of a Delta table, or an earlier one. Undefined if the folder has no table or not that version.
 * @throws AppError `lake.damaged`
 */
export async function readTable(folder: string, wanted = Number.POSITIVE_INFINITY): Promise<Snapshot | undefined> {
  const versions = (await versionsIn(folder)).filter((version) => version <= wanted)
  let snapshot: Snapshot | undefined
  for (const version of versions) {
    if (version !== (snapshot?.version ?? -1) + 1) throw damaged(folder, `version ${version} follows a gap`)
    snapshot = await apply(folder, snapshot, version)
  }
  return Number.isFinite(wanted) && snapshot?.version !== wanted ? undefined : snapshot
}

async function versionsIn(folder: string): Promise<number[]> {
  const names = await readdir(join(folder, logFolder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.flatMap((name) => commitVersion(name) ?? []).toSorted((a, b) => a - b)
}

async function apply(folder: string, before: Snapshot | undefined, version: number): Promise<Snapshot> {
  const text = await readFile(join(folder, logFolder, commitName(version)), 'utf8')
  try {
    return applyCommit(before, version, parseCommit(text))
  } catch (cause) {
    throw damaged(folder, `version ${version} cannot be read: ${(cause as Error).message}`, cause)
  }
}

function damaged(folder: string, detail: string, cause?: unknown): Error {
  return lakeError('lake.damaged', `the log of the table ${folder} is damaged: ${detail}`, { cause })
}

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
  await mkdir(log, { recursive: true })
  const unfinished = join(log, `.${randomUUID()}.tmp`)
  const info = { timestamp: Date.now(), operation, operationParameters: {}, engineInfo: 'stoa' }
  try {
    await writeDurably(unfinished, formatCommit([{ commitInfo: info }, ...actions]))
    // A link fails if its name is taken, and shows the whole file at once.
    await link(unfinished, join(log, commitName(version)))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw lakeError('lake.conflict', `another writer has committed version ${version} of the table ${folder}`, {
      cause,
      retryable: true,
    })
  } finally {
    await rm(unfinished, { force: true })
  }
  await syncFolder(log)
  return version
}

/** The actions that begin a table: the protocol and its schema. */
export function newTable(columns: Columns, partitionColumns: readonly string[]): Action[] {
  return [{ protocol }, schemaAction(columns, partitionColumns)]
}

function schemaAction(columns: Columns, partitionColumns: readonly string[]): Action {
  return {
    metaData: {
      id: randomUUID(),
      format: { provider: 'parquet', options: {} },
      schemaString: schemaText(columns),
      partitionColumns,
      configuration: {},
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

/** Makes the names in a folder survive a stop of the machine, not only the contents of its files. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
