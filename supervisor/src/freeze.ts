import { readFileSync } from 'node:fs'

const tries = 200
const waitCell = new Int32Array(new SharedArrayBuffer(4))

/**
 * Runs something short while a process stands still (SIGSTOP), and lets the process continue whatever becomes of it.
 * Returns undefined, without a run, when the process does not stop within 200 ms or is gone.
 */
export function whileFrozen<T>(pid: number, run: () => T): T | undefined {
  try {
    process.kill(pid, 'SIGSTOP')
    return isStopped(pid) ? run() : undefined
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  } finally {
    continueProcess(pid)
  }
}

function continueProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

/** The signal reaches each thread on its own: only the state that the kernel shows says that all stand still. */
function isStopped(pid: number): boolean {
  for (let tried = 0; tried < tries; tried++) {
    const state = stateOf(pid)
    if (state === 'T') return true
    Atomics.wait(waitCell, 0, 0, 1)
    // Where the kernel shows no state, a process has stopped long before that.
    if (state === undefined && tried > 20) return true
  }
  return false
}

/** Linux shows the states of the threads under `task`; undefined elsewhere. */
function stateOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat[stat.lastIndexOf(')') + 2]
  } catch (error) {
    if (process.platform === 'linux') throw error
    return undefined
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'ENOENT')
}
