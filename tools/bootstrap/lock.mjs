import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs `action` while holding the lock file at `path`, so that of several starts at once one works and the others wait.
 * A lock whose holder is gone is taken over.
 */
export async function withLock(path, { onWait, pollMs = 200 }, action) {
  const mine = `${path}.${process.pid}`
  writeFileSync(mine, identityOf(process.pid))
  try {
    let told = false
    while (!tryLink(mine, path)) {
      const holder = read(path)
      if (holder === undefined) continue
      if (!isAlive(holder)) {
        removeStale(path, holder)
        continue
      }
      if (!told) onWait(pidOf(holder))
      told = true
      await sleep(pollMs)
    }
  } finally {
    rmSync(mine, { force: true })
  }
  try {
    return await action()
  } finally {
    rmSync(path, { force: true })
  }
}

/** Linking a finished file is atomic: no one sees a lock without its holder's name in it. */
function tryLink(from, to) {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** Two may find the same stale lock at once; the process that moved a newer one away puts it back. */
function removeStale(path, holder) {
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  if (read(aside) !== holder) tryLink(aside, path)
  rmSync(aside, { force: true })
}

/** The start time tells a process from a later one that was given the same number (Linux; elsewhere the number must do). */
function identityOf(pid) {
  const stat = read(`/proc/${pid}/stat`)
  const startTime = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  return `${pid} ${startTime}`
}

const pidOf = (identity) => Number(identity.split(' ')[0])

function isAlive(identity) {
  const pid = pidOf(identity)
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error.code !== 'EPERM') return false
  }
  return identityOf(pid) === identity
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
