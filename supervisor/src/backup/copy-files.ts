import { createHash } from 'node:crypto'
import { open, readdir, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackedUpFile } from './manifest.ts'

const chunkBytes = 256 * 1024
const atOnce = 8

/** Files and folders below a folder, as paths relative to it; what `isLeftOut` names is left out with all below it. */
export async function listTree(
  folder: string,
  isLeftOut: (path: string) => boolean = () => false,
): Promise<{ readonly folders: readonly string[]; readonly files: readonly string[] }> {
  const folders: string[] = []
  const files: string[] = []
  const waiting = ['']
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const entry of await readdir(join(folder, at), { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (isLeftOut(path)) continue
      if (entry.isDirectory()) {
        folders.push(path)
        waiting.push(path)
      } else if (entry.isFile()) files.push(path)
    }
  }
  return { folders: folders.toSorted(), files: files.toSorted() }
}

/** Copies a file durably, readable only by its owner; returns size and checksum of the copy. */
export async function copyFile(from: string, to: string): Promise<Omit<BackedUpFile, 'path'>> {
  const source = await open(from, 'r')
  try {
    return await writeFrom(source, to)
  } finally {
    await source.close()
  }
}

async function writeFrom(source: FileHandle, to: string): Promise<Omit<BackedUpFile, 'path'>> {
  const target = await open(to, 'w', 0o600)
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(chunkBytes)
  let sizeBytes = 0
  try {
    for (;;) {
      const { bytesRead } = await source.read(buffer, 0, chunkBytes, sizeBytes)
      if (bytesRead === 0) break
      const chunk = buffer.subarray(0, bytesRead)
      hash.update(chunk)
      await target.write(chunk)
      sizeBytes += bytesRead
    }
    await target.sync()
  } finally {
    await target.close()
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

/** Does this with each item, a few at a time. */
export async function forEachAtOnce<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of left) await act(item)
    }),
  )
}
