import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeDataFolder, type DataFolder } from '@stoa/supervisor/data-folder'
import { say } from './output.ts'

const program = fileURLToPath(new URL('./main.ts', import.meta.url))

/** Where the supervisor writes if it runs in the background. */
export function supervisorLogOf(folder: DataFolder): string {
  return join(folder.logs, 'supervisor.log')
}

/** Starts the system in the background. Returns when it is ready, or prints why it is not. */
export async function upDetached(folder: DataFolder, args: readonly string[]): Promise<number> {
  await makeDataFolder(folder)
  const path = supervisorLogOf(folder)
  const log = openSync(path, 'a', 0o600)
  const { size } = await stat(path)
  const child = spawn(process.execPath, [program, 'up', ...args], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  })
  // Interrupted, it leaves nothing behind that is still starting.
  const stop = () => void child.kill('SIGTERM')
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  const outcome = await new Promise<'ready' | number>((resolve) => {
    child.once('message', () => resolve('ready'))
    child.once('exit', (code) => resolve(code ?? 1))
  })
  const whole = await readFile(path)
  // Shorter when it was rotated meanwhile.
  const written = whole
    .subarray(whole.length < size ? 0 : size)
    .toString()
    .trimEnd()
  if (outcome !== 'ready') {
    process.stderr.write(`${written.split('\n').at(-1) ?? ''}\n`)
    return outcome === 0 ? 1 : outcome
  }
  child.disconnect()
  child.unref()
  say(written)
  return 0
}
