import { spawn, type ChildProcess } from 'node:child_process'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { root } from '@stoa/system/root'
import type { DataFolder } from './data-folder.ts'

/** A check of the sources' types that runs beside the system, as running the sources themselves checks none. */
export interface TypeCheck {
  /** Checks again; a check in progress is given up, as its files have changed. */
  readonly check: () => void
  readonly close: () => void
}

const mostShown = 10
const lowPriority = 10

/** Reports type errors to `onTrouble` as the compiler prints them, and to `onFixed` when there are none any more. */
export function checkTypes(
  data: DataFolder,
  { onTrouble, onFixed }: { readonly onTrouble: (text: string) => void; readonly onFixed: (text: string) => void },
): TypeCheck {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const buildInfo = join(data.path, 'types.tsbuildinfo')
  const args = ['-p', join(root, 'tsconfig.json'), '--noEmit', '--incremental', '--tsBuildInfoFile', buildInfo]
  let child: ChildProcess | undefined
  let hadErrors = false
  const report = (output: string) => {
    const errors = errorsIn(output)
    if (errors.length > 0) onTrouble(listed(errors))
    else if (hadErrors) onFixed('The types are correct again')
    hadErrors = errors.length > 0
  }
  return {
    check() {
      endWhole(child)
      const started = spawn(process.execPath, [compiler, ...args, '--pretty', 'false'], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'ignore'],
        // A group of its own: the compiler is a process behind the one that we start.
        detached: true,
      })
      child = started
      lower(started)
      let output = ''
      started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
      started.once('error', (error) => onTrouble(`The types cannot be checked: ${error.message}`))
      started.once('close', (code) => {
        if (child === started && code !== null) report(output)
      })
    },
    close() {
      endWhole(child)
      child = undefined
    },
  }
}

// A process may have just ended, and a platform may not let us: neither matters here. SIGTERM is blocked in the compiler.
function lower({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, lowPriority)
  } catch {}
}

function endWhole(child: ChildProcess | undefined): void {
  try {
    if (child?.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  } catch {}
}

/** The errors among a compiler's lines. */
export function errorsIn(output: string): string[] {
  return stripVTControlCharacters(output)
    .split('\n')
    .filter((line) => / error TS\d+: /.test(line))
}

function listed(errors: readonly string[]): string {
  const more = errors.length > mostShown ? [`and ${errors.length - mostShown} more: npm run types`] : []
  return [...errors.slice(0, mostShown), ...more].join('\n')
}
