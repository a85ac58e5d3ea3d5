import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const stampOf = (root) => join(root, 'node_modules', '.stoa-installed.json')
const lockOf = (root) => join(root, 'package-lock.json')
const npmRecordOf = (root) => join(root, 'node_modules', '.package-lock.json')

/**
 * Whether node_modules holds what package-lock.json asks for. The stamp makes the usual answer cheap; without a fitting
 * one (somebody ran npm by hand) npm's own record of the install, which npm writes last, is compared in full. Workspaces
 * that a commit has added are linked here, because they need no install.
 */
export function isInstalled(root) {
  const fingerprint = fingerprintOf(root)
  if (fingerprint === undefined) return false
  if (readText(stampOf(root)) === fingerprint) return true
  const missing = findMissing(root)
  if (missing.length > 0 && !linkWorkspaces(root, missing)) return false
  writeStamp(root)
  return true
}

/** Links these workspaces as npm would, and adds them to its record; links nothing and returns false if a package is among them. */
function linkWorkspaces(root, paths) {
  const wanted = JSON.parse(readFileSync(lockOf(root), 'utf8')).packages
  const record = readText(npmRecordOf(root))
  if (record === undefined || paths.some((path) => wanted[path].link !== true)) return false
  const installed = JSON.parse(record)
  try {
    for (const path of paths) {
      const at = join(root, path)
      rmSync(at, { force: true })
      symlinkSync(relative(dirname(at), join(root, wanted[path].resolved)), at, 'dir')
      installed.packages[path] = wanted[path]
    }
    const unfinished = `${npmRecordOf(root)}.${process.pid}`
    writeFileSync(unfinished, `${JSON.stringify(installed, undefined, 2)}\n`)
    renameSync(unfinished, npmRecordOf(root))
    return true
  } catch {
    // npm says what is wrong with the folder.
    return false
  }
}

/** Paths, as in package-lock.json, of the packages that this machine needs and node_modules has not, or in another version. */
export function findMissing(root) {
  const wanted = JSON.parse(readFileSync(lockOf(root), 'utf8')).packages
  const record = readText(npmRecordOf(root))
  const present = record === undefined ? {} : JSON.parse(record).packages
  return Object.keys(wanted).filter((path) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return false
    if (!isForThisMachine(wanted[path])) return false
    const found = present[path]
    if (found === undefined) return true
    return (
      found.version !== wanted[path].version ||
      found.integrity !== wanted[path].integrity ||
      !existsSync(join(root, path))
    )
  })
}

/** Called when an install was found whole; an install that stopped half-way leaves none. */
export function writeStamp(root) {
  try {
    writeFileSync(stampOf(root), fingerprintOf(root) ?? '')
  } catch {
    // A read-only checkout stays usable: the full comparison is only made again next time.
  }
}

export function removeStamp(root) {
  rmSync(stampOf(root), { force: true })
}

/** Any npm command that changes node_modules rewrites npm's record, and so makes the stamp void. */
function fingerprintOf(root) {
  const record = statSync(npmRecordOf(root), { throwIfNoEntry: false })
  if (record === undefined) return undefined
  const lock = createHash('sha256')
    .update(readFileSync(lockOf(root)))
    .digest('hex')
  return JSON.stringify({ lock, record: [record.mtimeMs, record.size], machine: `${process.platform}-${process.arch}` })
}

/**
 * npm leaves out optional packages for another system and what only those need. Of the optional ones only those that name
 * this system are sure to be wanted; one for a certain C library is not, for lack of a cheap test.
 */
export function isForThisMachine({ os, cpu, libc, optional }) {
  if (!optional) return true
  return (
    os !== undefined &&
    cpu !== undefined &&
    libc === undefined &&
    matches(os, process.platform) &&
    matches(cpu, process.arch)
  )
}

function matches(field, value) {
  const names = [field].flat()
  const allowed = names.filter((name) => !name.startsWith('!'))
  return !names.includes(`!${value}`) && (allowed.length === 0 || allowed.includes(value))
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
