const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this account has no permission',
  EPERM: 'this account has no permission',
  EROFS: 'the file system is read-only',
  EEXIST: 'a file of this name exists where a folder is needed',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'the path is too long',
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
