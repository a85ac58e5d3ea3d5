import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { requirePlain } from './archive.ts'
import { systemError } from '@stoa/system/system-errors'

/** One file of a backup, by its path in it. */
export interface BackedUpFile {
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** The content of `backup.json` of a backup, which is written last: a folder without it is not a backup. */
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

/**
 * Reads the manifest of a backup. Its source may be untrusted: no path may leave the folder of the backup or contain shell characters.
 * @throws AppError `backup.none_there`, `backup.bad_path`, `archive.bad_folder`
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const manifest = await parseManifest(join(folder, manifestName))
  if (manifest === undefined) {
    throw systemError(
      'backup.none_there',
      `${folder} is not a complete backup (it has no readable ${manifestName}): choose a folder made by "stoa backup"`,
    )
  }
  if (manifest.archive !== undefined) requirePlain(manifest.archive)
  const outside = manifest.files.find(({ path }) => !isInside(path))
  if (outside === undefined) return manifest
  throw systemError(
    'backup.bad_path',
    `${manifestName} of the backup ${folder} lists ${outside.path}, which cannot be part of a backup: restore another backup`,
  )
}

async function parseManifest(path: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Partial<Manifest> | null
    return manifest?.format === 1 && isWellFormed(manifest) ? (manifest as Manifest) : undefined
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && !(cause instanceof SyntaxError)) throw cause
    return undefined
  }
}

function isWellFormed({ archive, files }: { readonly archive?: unknown; readonly files?: unknown }): boolean {
  const hasPath = (file: Partial<BackedUpFile> | null) => typeof file?.path === 'string'
  return (archive === undefined || typeof archive === 'string') && Array.isArray(files) && files.every(hasPath)
}

/** In normal form only: `cluster/a/../../own` would be another file from there than from the cluster's folder. */
function isInside(path: string): boolean {
  return /^(blobs|cluster|lake|own)[/]/.test(path) && posix.normalize(path) === path
}

/** Compares every file of a backup with its checksum. @throws AppError `backup.damaged` that names the first that differs */
export async function requireWhole(folder: string, { files }: Manifest): Promise<void> {
  for (const { path, sha256 } of files) {
    const found = await checksumOf(join(folder, path)).catch(() => 'missing')
    if (found === sha256) continue
    throw systemError(
      'backup.damaged',
      `${path} of the backup ${folder} is ${found === 'missing' ? 'missing' : 'damaged'}: restore another backup`,
    )
  }
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
