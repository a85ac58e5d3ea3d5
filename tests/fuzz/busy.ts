import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('busy-process.ts', import.meta.url))
/** Beside the system's own work on each core. */
const processesPerCore = 3

/** Makes the machine busy: each core has four times its work, and the disk syncs all the time. Answers what ends it. */
export async function makeBusy(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-busy-'))
  const burners = Array.from({ length: processesPerCore * availableParallelism() }, () => fork(program))
  const children = [...burners, fork(program, [join(folder, 'written')])]
  return async () => {
    await Promise.all(children.map(end))
    await rm(folder, { recursive: true, force: true })
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill()
  await exited
}
