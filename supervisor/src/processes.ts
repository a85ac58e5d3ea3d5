import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { readJson, writeJson, type DataFolder } from './data-folder.ts'

interface Recorded {
  readonly pid: number
  readonly entry: string
}

const goneWithinMs = 3_000
const pollMs = 20

interface Kept {
  readonly pid: number | undefined
  readonly program: { readonly entry: string }
}

/** Records the running processes, for the start after a kill -9 of this process. */
export async function recordProcesses(folder: DataFolder, kept: readonly Kept[]): Promise<void> {
  const running = kept.flatMap(({ pid, program: { entry } }) => (pid === undefined ? [] : [{ pid, entry }]))
  await writeJson(folder.processes, running satisfies Recorded[])
}

/** Waits for processes of an earlier supervisor, which end by themselves when it is gone, and ends those that do not. */
export async function endLeftBehind(folder: DataFolder): Promise<void> {
  const recorded = (await readJson<Recorded[]>(folder.processes)) ?? []
  const giveUpAt = performance.now() + goneWithinMs
  for (const each of recorded) {
    while (await isStillThat(each)) {
      if (performance.now() > giveUpAt) end(each.pid)
      await delay(pollMs)
    }
  }
}

/** A pid may be another program's by now, so its command line has to be ours. */
async function isStillThat({ pid, entry }: Recorded): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(entry)
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
