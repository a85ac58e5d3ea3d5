/** The parts of package-lock.json that are judged. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

interface LockedPackage {
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/**
 * What would make the lock file useless elsewhere, as lines: a download address ties it to one registry; a missing package
 * of another platform makes `npm ci` refuse the whole file, there and here.
 */
export function checkLockFile({ packages }: LockFile): string[] {
  const addresses = Object.entries(packages)
    .filter(([, { resolved }]) => resolved !== undefined && /^[a-z+]+:/i.test(resolved))
    .map(
      ([path]) => `package-lock.json: ${path} holds a download address; keep omit-lockfile-registry-resolved in .npmrc`,
    )
  const lost = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !isLocked(packages, path, name))
      .map((name) => `package-lock.json: ${path || 'the root'} wants ${name}, which is not locked; run npm run relock`),
  )
  return [...addresses, ...lost]
}

/** Looks as Node does: beside the package itself, then in every folder above it. */
function isLocked(packages: LockFile['packages'], path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '') {
    if (packages[folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`] !== undefined) return true
    if (folder === '') return false
  }
}
