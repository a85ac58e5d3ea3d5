import { constants, createWriteStream } from 'node:fs'
import { access, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { blobLost } from './blob-errors.ts'
import type { ObjectStore } from './object-store.ts'

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
    async write(key, bytes) {
      const path = pathOf(key)
      const parent = dirname(path)
      await mkdir(parent, { recursive: true, mode: 0o700 })
      try {
        // its fsync comes before it is closed
        await pipeline(bytes, createWriteStream(path + unfinished, { mode: 0o600, flush: true }))
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
    async remove(key) {
      const path = pathOf(key)
      await rm(path, { force: true })
      await rm(path + unfinished, { force: true })
    },
    async list(prefix, after = '') {
      const entries = await readdir(join(folder, safeKey(prefix)), { withFileTypes: true }).catch(orNothing)
      return entries
        .filter((entry) => entry.isFile())
        .map(({ name }) => `${prefix}/${name.endsWith(unfinished) ? name.slice(0, -unfinished.length) : name}`)
        .filter((key) => key > after)
        .toSorted()
        .slice(0, mostListed)
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

/** A name that a crash could lose otherwise, although the content is on the disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Keys are made by this package; one that could leave the folder is a bug. */
function safeKey(key: string): string {
  if (!/^[a-z0-9-]+(?:\/[a-z0-9-]+)*$/i.test(key))
    throw new TypeError(`${JSON.stringify(key)} is not the key of an object`)
  return key
}

function orNothing(error: NodeJS.ErrnoException): never[] {
  if (error.code === 'ENOENT') return []
  throw error
}
