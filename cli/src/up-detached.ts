import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeDataFolder, type DataFolder } from '@stoa/system/supervisor/data-folder'
import { say } from './output.ts'

const program = fileURLToPath(new URL('./main.ts', import.meta.url))

/** Starts the system in the background and returns when it is ready, or says why it is not. */
export async function upDetached(folder: DataFolder, args: readonly string[]): Promise<number> {
  await makeDataFolder(folder)
  const path = join(folder.logs, 'supervisor.log')
  const log = openSync(path, 'a', 0o600)
  const { size } = await stat(path)
  const child = spawn(process.execPath, [program, 'up', ...args], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  })
  const outcome = await new Promise<'ready' | number>((resolve) => {
    child.once('message', () => resolve('ready'))
    child.once('exit', (code) => resolve(code ?? 1))
  })
  const written = (await readFile(path)).subarray(size).toString().trimEnd()
  if (outcome !== 'ready') {
    process.stderr.write(`${written.split('\n').at(-1) ?? ''}\n`)
    return outcome === 0 ? 1 : outcome
  }
  child.disconnect()
  child.unref()
  say(written)
  return 0
}
