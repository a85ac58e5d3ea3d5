import { copyFileSync, fstatSync, ftruncateSync, statSync, writeSync } from 'node:fs'

/** Standard output or error. */
interface Output {
  readonly fd: number
  readonly write: (text: string) => unknown
}

/** A log that the output may be. */
export interface RotatedLog {
  readonly path: string
  /** 16 MiB if omitted. */
  readonly maxBytes?: number
}

/**
 * Writes lines of a process that outlives a full disk: where its output is a file, a line that finds no room is lost, and
 * those after it are not. Node's own stream would fail once, and take the process with it. If the output is the file `log`,
 * it is moved to `{path}.1` when it has grown over the limit; only this process may write to it then.
 */
export function lastingOutput(output: Output, log?: RotatedLog): (line: string) => void {
  const isFile = fstatSync(output.fd).isFile()
  const rotated = log !== undefined && isFile && isSameFile(output.fd, log.path) ? log : undefined
  return (line) => {
    if (!isFile) {
      output.write(`${line}\n`)
      return
    }
    try {
      if (rotated !== undefined) rotate(output.fd, rotated)
      writeSync(output.fd, `${line}\n`)
    } catch {
      // There is no place left to report this.
    }
  }
}

function isSameFile(fd: number, path: string): boolean {
  const there = statSync(path, { throwIfNoEntry: false })
  const open = fstatSync(fd)
  return there?.ino === open.ino && there.dev === open.dev
}

function rotate(fd: number, { path, maxBytes = 16 * 1024 * 1024 }: RotatedLog): void {
  if (fstatSync(fd).size < maxBytes) return
  try {
    copyFileSync(path, `${path}.1`)
    ftruncateSync(fd, 0)
  } catch {
    // It is retried with the next line; until then the log grows.
  }
}
