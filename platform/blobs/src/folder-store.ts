import { constants, createWriteStream } from 'node:fs'
import { access, mkdir, open, opendir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { blobIncomplete, blobLost } from './blob-errors.ts'
import { safeKey, type ObjectStore } from './object-store.ts'

const mostListed = 1_000
/** A file that is being written, beside the object that it becomes. */
const unfinished = '.part'

/**
 * Keeps each object in a file of a folder. A file is written under another name, brought to the disk with `fsync`, and renamed: what
 * has the name of an object is complete.
 */
export function folderStore(folder: string): ObjectStore {
  const pathOf = (key: string) => join(folder, safeKey(key))
  return {
    async write(key, bytes, sizeBytes) {
      const path = pathOf(key)
      const parent = dirname(path)
      await makeFolder(parent)
      try {
        // its fsync comes before it is closed
        const file = createWriteStream(path + unfinished, { mode: 0o600, flush: true })
        await pipeline(bytes, file)
        if (sizeBytes !== undefined && file.bytesWritten !== sizeBytes)
          throw blobIncomplete(file.bytesWritten, sizeBytes)
      } catch (error) {
        await rm(path + unfinished, { force: true })
        throw error
      }
      await rename(path + unfinished, path)
      await syncFolder(parent)
    },
    async read(key, range) {
      const file = await openFile(pathOf(key), key)
      return file.createReadStream({ ...range, highWaterMark: 262_144 })
    },
    async sizeOf(key) {
      return (await stat(pathOf(key)).catch(orNothing))?.size
    },
    async remove(key) {
      const path = pathOf(key)
      await rm(path, { force: true })
      await rm(path + unfinished, { force: true })
    },
    async *list(prefix) {
      const entries = (await opendir(pathOf(prefix)).catch(orNothing)) ?? []
      let keys: string[] = []
      for await (const entry of entries) {
        if (!entry.isFile()) continue
        const { name } = entry
        keys.push(`${prefix}/${name.endsWith(unfinished) ? name.slice(0, -unfinished.length) : name}`)
        if (keys.length < mostListed) continue
        yield keys
        keys = []
      }
      if (keys.length > 0) yield keys
    },
    async check() {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await access(folder, constants.W_OK)
    },
  }
}

async function openFile(path: string, key: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? blobLost(key, error) : error
  }
}

/** The name of a new folder is on the disk before anything is in it. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

/** A name that a crash could lose otherwise, although the content is on the disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function orNothing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
