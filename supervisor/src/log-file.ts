import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { whileFrozen } from './freeze.ts'

/** The log of one process, which writes into the file itself; we look at what has come. */
export interface LogFile {
  readonly path: string
  /** For the process's standard output and error. */
  readonly descriptor: number
  /** Whole lines written since the last look. */
  readonly read: () => string[]
  /**
   * Keeps the file below its limit: what was in it is then in `{path}.1`, every line of it, as the process that writes stands
   * still during the cut. Without a `writer` nothing may write meanwhile. Returns whether it was cut: a process that does not
   * stand still in time keeps its file until the next look.
   */
  readonly rotate: (writer?: number) => Promise<boolean>
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
  let unread: string[] = []
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
    read: () => unread.splice(0).concat(take()),
    async rotate(writer) {
      if (fstatSync(descriptor).size < maxBytes) return false
      // The process continues writing during the copy; what it has written by then follows together with the cut.
      await copy(path, `${path}.1`)
      const cut = () => {
        unread = unread.concat(take())
        appendRest(descriptor, `${path}.1`)
        ftruncateSync(descriptor, 0)
        position = 0
        return true
      }
      return writer === undefined ? cut() : (whileFrozen(writer, cut) ?? false)
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
