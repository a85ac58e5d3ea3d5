import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@stoa/kernel'

/** One file of a backup, by its path in it. */
export interface BackedUpFile {
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** What stands in a backup's `backup.json`, which is written last: a folder without it is no backup. */
export interface Manifest {
  readonly format: 1
  /** RFC 3339; the backup holds all that was committed before `endedAt`. */
  readonly startedAt: string
  readonly endedAt: string
  readonly postgresVersion: string
  /** Of the cluster, for as long as it lives: write-ahead log of another one does not fit. */
  readonly systemIdentifier: string
  /** The first and last segment of write-ahead log without which the copy is not consistent. */
  readonly firstSegment: string
  readonly lastSegment: string
  /** Where the write-ahead log is archived from then on, when it is. */
  readonly archive?: string
  readonly files: readonly BackedUpFile[]
}

export const manifestName = 'backup.json'

/** Reads what a backup says of itself. @throws AppError `backup.none_there` */
export async function readManifest(folder: string): Promise<Manifest> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, manifestName), 'utf8')) as Manifest
    if (manifest.format === 1) return manifest
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && !(cause instanceof SyntaxError)) throw cause
  }
  throw new AppError(
    'not_found',
    'backup.none_there',
    `${folder} is no backup that is whole (it has no readable ${manifestName}): name a folder that "stoa backup" made`,
  )
}

/** Compares every file of a backup with its checksum. @throws AppError `backup.damaged` that names the first that differs */
export async function requireWhole(folder: string, { files }: Manifest): Promise<void> {
  for (const { path, sha256 } of files) {
    const found = await checksumOf(join(folder, path)).catch(() => 'missing')
    if (found === sha256) continue
    throw new AppError(
      'conflict',
      'backup.damaged',
      `${path} of the backup ${folder} is ${found === 'missing' ? 'missing' : 'not what was backed up'}: restore another backup`,
    )
  }
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
