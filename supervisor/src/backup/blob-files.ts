import { rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DataFolder } from '../data-folder.ts'
import { copyFile, forEachAtOnce, listTree } from './copy-files.ts'
import type { BackedUpFile } from './manifest.ts'
import { makeFolder } from '../make-folder.ts'

/** The folder of uploaded files in a backup. */
export const blobsPart = 'blobs'

/**
 * Copies uploaded files into a backup, after the databases: a file never changes, and is removed ten minutes after its row was dropped
 * at the earliest. A file that has vanished meanwhile is left out, and so are services that keep their files elsewhere.
 */
export async function copyBlobs(
  { blobs }: DataFolder,
  unfinished: string,
  leftOut: ReadonlySet<string> = new Set(),
): Promise<BackedUpFile[]> {
  if (!(await exists(blobs))) return []
  const { files } = await listTree(blobs, (path) => path.endsWith('.part') || leftOut.has(path))
  const copied: BackedUpFile[] = []
  await forEachAtOnce(files, async (path) => {
    const target = join(blobsPart, path)
    await makeFolder(dirname(join(unfinished, target)), 0o700)
    try {
      copied.push({ path: target, ...(await copyFile(join(blobs, path), join(unfinished, target))) })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  })
  return copied.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * Puts the uploaded files of a backup in place. Those that are there stay, as the databases may be restored to a later time than the
 * backup; what no row names is removed by its service.
 */
export async function placeBlobs({ blobs }: DataFolder, backup: string, files: readonly BackedUpFile[]): Promise<void> {
  const paths = files.map(({ path }) => path).filter((path) => path.startsWith(`${blobsPart}/`))
  await forEachAtOnce(paths, async (path) => {
    const target = join(blobs, path.slice(blobsPart.length + 1))
    if (await exists(target)) return
    await makeFolder(dirname(target), 0o700)
    await rm(`${target}.part`, { force: true })
    await copyFile(join(backup, path), `${target}.part`)
    await rename(`${target}.part`, target)
  })
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
