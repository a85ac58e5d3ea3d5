import { readdir, rm, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { logFolder, type Action, type Snapshot } from './delta-log.ts'

/**
 * Deletes the files that no longer belong to a table, or never came to, and are older than `before`. Earlier versions that had
 * them can no longer be read. Returns how many it deleted.
 */
export async function vacuumTable(
  folder: string,
  { files, removed }: Snapshot,
  before: Temporal.Instant,
): Promise<number> {
  const kept = new Set([...files.values()].map(({ path }) => decodeURIComponent(path)))
  const removalMs = new Map(
    [...removed.values()].map((each) => [decodeURIComponent(each.path), each.deletionTimestamp]),
  )
  const names = (await readdir(folder, { recursive: true })).map((name) => name.split(sep).join('/'))
  // Of the log only what a writer that died has left.
  const others = names.filter((name) =>
    name.startsWith(`${logFolder}/`) ? name.endsWith('.tmp') : /\.(parquet|ndjson)$/.test(name),
  )
  let deleted = 0
  for (const name of others.filter((each) => !kept.has(each))) {
    const path = join(folder, name)
    // Of a removed file the time of its removal counts: readers that began before it may still read the file.
    const sinceMs = removalMs.get(name) ?? (await stat(path)).mtimeMs
    if (sinceMs >= before.epochMilliseconds) continue
    await rm(path, { force: true })
    deleted += 1
  }
  return deleted
}

/** A file that actions add again but that was deleted in the meantime; undefined if all of them are there. */
export async function findMissing(folder: string, actions: readonly Action[]): Promise<string | undefined> {
  for (const { add } of actions) {
    if (add === undefined) continue
    const found = await stat(join(folder, decodeURIComponent(add.path))).catch(() => undefined)
    if (found?.size !== add.size) return add.path
  }
  return undefined
}
