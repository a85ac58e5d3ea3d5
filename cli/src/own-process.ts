import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { DataFolder } from '@stoa/supervisor/data-folder'

const program = fileURLToPath(new URL('./main.ts', import.meta.url))

/** Runs another command on the same data folder in a separate process; its messages for people go to standard error. */
export async function runStoa(
  folder: DataFolder,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(process.execPath, [program, ...args, '--data', folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number | null]>])
  return { code: code ?? 1, output }
}
