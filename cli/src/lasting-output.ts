import { fstatSync, writeSync } from 'node:fs'

/** Standard output or error. */
interface Output {
  readonly fd: number
  readonly write: (text: string) => unknown
}

/**
 * Writes lines of a process that outlives a full disk: where its output is a file, a line that finds no room is lost, and
 * those after it are not. Node's own stream would fail once, and take the process with it.
 */
export function lastingOutput(output: Output): (line: string) => void {
  const isFile = fstatSync(output.fd).isFile()
  return (line) => {
    if (!isFile) {
      output.write(`${line}\n`)
      return
    }
    try {
      writeSync(output.fd, `${line}\n`)
    } catch {
      // Nobody is left to be told.
    }
  }
}
