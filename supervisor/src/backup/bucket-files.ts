import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isAppError } from '@stoa/kernel'
import type { Bucket } from '../buckets.ts'
import { blobsPart } from './blob-files.ts'
import { forEachAtOnce } from './copy-files.ts'
import type { BackedUpFile } from './manifest.ts'
import { makeFolder } from '../make-folder.ts'

/** Copies what is in buckets into a backup, after the databases, for the same reason as files of the folder. */
export async function copyBuckets(buckets: readonly Bucket[], unfinished: string): Promise<BackedUpFile[]> {
  const copied: BackedUpFile[] = []
  for (const { prefixes, store } of buckets) {
    for (const prefix of prefixes) {
      for await (const keys of store.list(prefix)) {
        await forEachAtOnce(keys, async (key) => {
          const path = join(blobsPart, key)
          const target = join(unfinished, path)
          await makeFolder(dirname(target), 0o700)
          const file = await copyObject(() => store.read(key), target)
          if (file !== undefined) copied.push({ path, ...file })
        })
      }
    }
  }
  return copied.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Undefined for an object that has been removed meanwhile, or that is not complete yet. */
async function copyObject(
  open: () => Promise<NodeJS.ReadableStream>,
  target: string,
): Promise<Omit<BackedUpFile, 'path'> | undefined> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      sizeBytes += chunk.length
      done(null, chunk)
    },
  })
  try {
    await pipeline(await open(), count, createWriteStream(target, { mode: 0o600, flush: true }))
    return { sizeBytes, sha256: hash.digest('hex') }
  } catch (error) {
    await rm(target, { force: true })
    if (isAppError(error, 'blob.lost')) return undefined
    throw error
  }
}

/** A file of a backup, by its key in a store. */
interface StoredFile {
  readonly key: string
  readonly path: string
  readonly sizeBytes: number
}

/** Puts files of a backup into the buckets of their services; what is there already stays. Returns the files of other services. */
export async function placeInBuckets(
  buckets: readonly Bucket[],
  backup: string,
  files: readonly BackedUpFile[],
): Promise<BackedUpFile[]> {
  const bucketOf = new Map(buckets.map((each) => [`${blobsPart}/${each.service}`, each]))
  const of = ({ path }: BackedUpFile) => bucketOf.get(path.split('/', 2).join('/'))
  await forEachAtOnce(files, async (file) => {
    const bucket = of(file)
    if (bucket === undefined) return
    const { path, sizeBytes } = file
    await placeObject(bucket, { key: path.slice(blobsPart.length + 1), path: join(backup, path), sizeBytes })
  })
  return files.filter((file) => of(file) === undefined)
}

async function placeObject({ store }: Bucket, { key, path, sizeBytes }: StoredFile): Promise<void> {
  if ((await store.sizeOf(key)) === sizeBytes) return
  await store.write(key, createReadStream(path), sizeBytes)
}
