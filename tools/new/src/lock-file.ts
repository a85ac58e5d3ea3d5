/** The part of package-lock.json, and of npm's record in node_modules, that names packages. */
export interface LockFile {
  readonly packages: Readonly<Record<string, unknown>>
}

interface Manifest {
  readonly name: string
  readonly [field: string]: unknown
}

/** The lock file with a workspace more, as npm itself would write it. */
export function lockWorkspace<Lock extends LockFile>(lock: Lock, folder: string, manifest: Manifest): Lock {
  const { name, version, license, dependencies, devDependencies } = manifest
  return withPackages(lock, {
    [folder]: { name, version, license, dependencies, devDependencies },
    ...linkOf(folder, name),
  })
}

/** npm's record of what is installed with the link of a workspace more. */
export function recordLink<Lock extends LockFile>(record: Lock, folder: string, name: string): Lock {
  return withPackages(record, linkOf(folder, name))
}

function linkOf(folder: string, name: string): Record<string, unknown> {
  return { [`node_modules/${name}`]: { resolved: folder, link: true } }
}

function withPackages<Lock extends LockFile>(lock: Lock, more: Record<string, unknown>): Lock {
  const all = Object.entries({ ...lock.packages, ...more })
  const sorted = all.sort(([one], [other]) => one.localeCompare(other, 'en'))
  return { ...lock, packages: Object.fromEntries(sorted) }
}
