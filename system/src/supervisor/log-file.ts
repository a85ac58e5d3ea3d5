import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'

/** The log of one process, which writes into the file itself; we look at what has come. */
export interface LogFile {
  readonly path: string
  /** For the process's standard output and error. */
  readonly descriptor: number
  /** Whole lines written since the last look. */
  readonly read: () => string[]
  /** Keeps the file below its limit: what was in it is then in `{path}.1`. */
  readonly rotate: () => Promise<void>
  readonly close: () => void
}

interface LogFileOptions {
  readonly maxBytes?: number
  /** How the file is copied before it is cut. */
  readonly copy?: (from: string, to: string) => Promise<void>
}

const limitBytes = 16 * 1024 * 1024
const chunkBytes = 256 * 1024

/** Opens a log for appending; what is in it already is left out of `read`. */
export function openLogFile(path: string, { maxBytes = limitBytes, copy = copyFile }: LogFileOptions = {}): LogFile {
  const descriptor = openSync(path, 'a+', 0o600)
  let position = fstatSync(descriptor).size
  let rest = ''
  const take = () => {
    const { size } = fstatSync(descriptor)
    if (size < position) position = 0
    let text = rest
    const buffer = Buffer.alloc(Math.min(chunkBytes, size - position))
    while (position < size) {
      const count = readSync(descriptor, buffer, 0, buffer.length, position)
      if (count === 0) break
      text += buffer.toString('latin1', 0, count)
      position += count
    }
    const lines = text.split('\n')
    rest = lines.pop() ?? ''
    return lines.map((line) => Buffer.from(line, 'latin1').toString())
  }
  return {
    path,
    descriptor,
    read: take,
    async rotate() {
      if (fstatSync(descriptor).size < maxBytes) return
      await copy(path, `${path}.1`)
      // The process appends to the same file all the while: what came during the copy follows it, in one go with the cut.
      appendRest(descriptor, `${path}.1`)
      ftruncateSync(descriptor, 0)
    },
    close: () => closeSync(descriptor),
  }
}

function appendRest(descriptor: number, copy: string): void {
  const target = openSync(copy, 'a', 0o600)
  try {
    const copied = fstatSync(target).size
    const rest = Buffer.alloc(fstatSync(descriptor).size - copied)
    const count = readSync(descriptor, rest, 0, rest.length, copied)
    writeSync(target, rest, 0, count)
  } finally {
    closeSync(target)
  }
}
