import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { commitName, commitVersion, foldCommits, logFolder, parseCommit, type Snapshot } from './delta-log.ts'
import { platformError } from '@stoa/kernel'

/**
 * Reads the latest version of a Delta table, or an earlier one. Undefined if the folder has no table or not that version.
 * @throws AppError `lake.damaged`
 */
export async function readTable(folder: string, wanted = Number.POSITIVE_INFINITY): Promise<Snapshot | undefined> {
  const { snapshot } = await readWhole(folder, wanted)
  return Number.isFinite(wanted) && snapshot?.version !== wanted ? undefined : snapshot
}

/** Reads the latest version of tables. */
export type TableReader = (folder: string) => Promise<Snapshot | undefined>

/**
 * Makes a reader that keeps the last version of each table which it has read: a read costs what has been committed since the one
 * before. A log that was replaced, as by a restored backup, is read anew.
 */
export function makeTableReader(): TableReader {
  const kept = new Map<string, Reading>()
  return async (folder) => {
    const known = kept.get(folder)
    const isStill = known !== undefined && known.mark === (await markOf(folder, known.snapshot.version))
    const { snapshot, mark } = isStill ? await readOn(folder, known) : await readWhole(folder)
    if (snapshot === undefined || mark === undefined) kept.delete(folder)
    else kept.set(folder, { snapshot, mark })
    return snapshot
  }
}

/** Nothing of a folder without a table. */
type Found = { readonly [Name in keyof Reading]: Reading[Name] | undefined }

interface Reading {
  readonly snapshot: Snapshot
  /** Tells the last commit from another one with its version. */
  readonly mark: string
}

const readAtOnce = 64

async function readWhole(folder: string, wanted = Number.POSITIVE_INFINITY): Promise<Found> {
  const versions = (await versionsIn(folder)).filter((version) => version <= wanted)
  const gap = versions.find((version, index) => version !== index)
  if (gap !== undefined) throw damaged(folder, `version ${gap} follows a gap`)
  const log = foldCommits()
  let mark: string | undefined
  for (let first = 0; first < versions.length; first += readAtOnce) {
    const commits = await Promise.all(
      versions.slice(first, first + readAtOnce).map((version) => readCommit(folder, version)),
    )
    for (const [index, commit] of commits.entries()) apply(log, folder, first + index, commit.text)
    mark = commits.at(-1)?.mark
  }
  return { snapshot: log.snapshot(), mark }
}

/** Reads what has been committed since, one after the other, as it is hardly ever more than one. */
async function readOn(folder: string, { snapshot, mark }: Reading): Promise<Found> {
  let next = await findCommit(folder, snapshot.version + 1)
  if (next === undefined) return { snapshot, mark }
  const log = foldCommits(snapshot)
  let last = mark
  for (let version = snapshot.version + 1; next !== undefined; version += 1) {
    apply(log, folder, version, next.text)
    last = next.mark
    next = await findCommit(folder, version + 1)
  }
  return { snapshot: log.snapshot(), mark: last }
}

async function versionsIn(folder: string): Promise<number[]> {
  const names = await readdir(join(folder, logFolder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.flatMap((name) => commitVersion(name) ?? []).toSorted((a, b) => a - b)
}

interface CommitFile {
  readonly text: string
  readonly mark: string
}

async function readCommit(folder: string, version: number): Promise<CommitFile> {
  const file = await open(join(folder, logFolder, commitName(version)), 'r')
  try {
    const [text, stats] = [await file.readFile('utf8'), await file.stat()]
    return { text, mark: markFrom(stats) }
  } finally {
    await file.close()
  }
}

function findCommit(folder: string, version: number): Promise<CommitFile | undefined> {
  return readCommit(folder, version).catch(orNothing)
}

async function markOf(folder: string, version: number): Promise<string | undefined> {
  const stats = await stat(join(folder, logFolder, commitName(version))).catch(orNothing)
  return stats === undefined ? undefined : markFrom(stats)
}

function markFrom({ ino, size, mtimeMs }: Readonly<Record<'ino' | 'size' | 'mtimeMs', number>>): string {
  return `${ino} ${size} ${mtimeMs}`
}

function orNothing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}

function apply(log: ReturnType<typeof foldCommits>, folder: string, version: number, text: string): void {
  try {
    log.apply(version, parseCommit(text))
  } catch (cause) {
    throw damaged(folder, `version ${version} cannot be read: ${(cause as Error).message}`, cause)
  }
}

function damaged(folder: string, detail: string, cause?: unknown): Error {
  return platformError('lake.damaged', `the log of the table ${folder} is damaged: ${detail}`, { cause })
}
