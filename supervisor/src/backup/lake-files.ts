import { rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DataFolder } from '../data-folder.ts'
import { copyFile, forEachAtOnce, listTree } from './copy-files.ts'
import type { BackedUpFile } from './manifest.ts'
import { makeFolder } from '../make-folder.ts'

/** The folder of the lake in a backup. */
const lakePart = 'lake'

/**
 * Copies the tables of the lake into a backup, after the databases: so it has everything that they have handed over. What came in
 * meanwhile is taken back by the next run of the pipeline. Files of a table never change, and its log is listed before its files, so
 * each table is complete at a version of its own.
 */
export async function copyLake({ lake }: DataFolder, unfinished: string): Promise<BackedUpFile[]> {
  if (!(await exists(lake))) return []
  const isLog = (path: string) => /(^|[/])_delta_log[/]/.test(path)
  // of work in progress
  const isPassing = (path: string) => /(^|[/])\.[^/]*$/.test(path)
  const logs = (await listTree(lake, isPassing)).files.filter(isLog)
  const files = (await listTree(lake, isPassing)).files.filter((path) => !isLog(path))
  const copied: BackedUpFile[] = []
  await forEachAtOnce([...logs, ...files], async (path) => {
    const target = join(lakePart, path)
    await makeFolder(dirname(join(unfinished, target)), 0o700)
    try {
      copied.push({ path: target, ...(await copyFile(join(lake, path), join(unfinished, target))) })
    } catch (error) {
      // A file of a version that is no longer kept.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || isLog(path)) throw error
    }
  })
  return copied.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * Puts the lake of a backup in place. The one that is there is kept in `lake.replaced`; if the databases are restored to a later time
 * than the backup, it stays, as only it can have what they have handed over since.
 */
export async function placeLake(
  { lake }: DataFolder,
  backup: string,
  { files, isLater }: { readonly files: readonly BackedUpFile[]; readonly isLater: boolean },
): Promise<void> {
  const isThere = await exists(lake)
  if (isThere && isLater) return
  const unfinished = `${lake}.restoring`
  await rm(unfinished, { recursive: true, force: true })
  const paths = files.map(({ path }) => path).filter((path) => path.startsWith(`${lakePart}/`))
  await forEachAtOnce(paths, async (path) => {
    const target = join(unfinished, path.slice(lakePart.length + 1))
    await makeFolder(dirname(target), 0o700)
    await copyFile(join(backup, path), target)
  })
  if (isThere) {
    await rm(`${lake}.replaced`, { recursive: true, force: true })
    await rename(lake, `${lake}.replaced`)
  }
  if (await exists(unfinished)) await rename(unfinished, lake)
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
