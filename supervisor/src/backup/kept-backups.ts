import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataFolder } from '../data-folder.ts'
import { pruneArchive, readArchive } from './archive.ts'
import { readManifest } from './manifest.ts'

/** A backup in the place where they are put when nothing else is said. */
export interface KeptBackup {
  readonly folder: string
  readonly endedAt: string
  readonly sizeBytes: number
  readonly firstSegment: string
}

/** Those backups that are whole, the latest first. */
export async function listBackups({ backups }: DataFolder): Promise<KeptBackup[]> {
  const names = (await readdir(backups).catch(() => [])).filter((name) => !name.startsWith('.'))
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = join(backups, name)
      const manifest = await readManifest(folder).catch(() => undefined)
      if (manifest === undefined) return []
      const { endedAt, firstSegment, files } = manifest
      return [{ folder, endedAt, firstSegment, sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) }]
    }),
  )
  return found.flat().toSorted((a, b) => (a.endedAt < b.endedAt ? 1 : -1))
}

/** Deletes all but the latest backups, and the archived segments that only those needed; returns what was deleted. */
export async function pruneBackups(
  data: DataFolder,
  keep: number,
): Promise<{ readonly backups: readonly string[]; readonly segments: number }> {
  const all = await listBackups(data)
  const [kept, old] = [all.slice(0, keep), all.slice(keep)]
  for (const { folder } of old) await rm(folder, { recursive: true, force: true })
  const archive = await readArchive(data)
  // By place in the log, whatever the timeline: after a restore a later backup may stand at an earlier place.
  const [firstNeeded] = kept
    .map(({ firstSegment }) => firstSegment)
    .toSorted((a, b) => (a.slice(8) < b.slice(8) ? -1 : 1))
  const segments = archive === undefined || firstNeeded === undefined ? 0 : await pruneArchive(archive, firstNeeded)
  return { backups: old.map(({ folder }) => folder), segments }
}
