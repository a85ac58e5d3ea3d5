import { access } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { CommandFailed } from './arguments.ts'

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this account has no permission',
  EPERM: 'this account has no permission',
  EROFS: 'the file system is read-only',
  EEXIST: 'a file of this name exists where a folder is needed',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'the path is too long',
}

/**
 * Reads or writes a file at a path that was given to the command. If the file or its folder does not exist, the command fails with one
 * sentence; a missing file of Stoa itself is a bug. @throws CommandFailed
 */
export async function atGivenPath<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // the error may name a temporary file beside the path
    const reason = isMissing(error)
      ? (await exists(dirname(resolve(path))))
        ? 'there is no such file'
        : 'its folder does not exist'
      : error instanceof Error && reasonOf(error)
    if (typeof reason !== 'string') throw error
    throw new CommandFailed(`cannot use ${path}: ${reason}`)
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT'
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** What is wrong with a path that a command was given, in a sentence; undefined for any other error. */
export function fileProblem(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { path } = error as NodeJS.ErrnoException
  const reason = reasonOf(error)
  return reason === undefined || path === undefined ? undefined : `cannot use ${path}: ${reason}`
}

function reasonOf({ code = '', syscall }: NodeJS.ErrnoException): string | undefined {
  // A file that is missing is a bug of ours; a folder is made with those above it, so that only the file system can refuse it.
  if (code === 'ENOENT' && syscall === 'mkdir') return 'no folder can be made there'
  return Object.hasOwn(reasons, code) ? reasons[code] : undefined
}
