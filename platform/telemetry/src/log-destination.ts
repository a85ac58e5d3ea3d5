import { writeSync } from 'node:fs'

/** Where log lines go; each `write` is one whole line with its newline. */
export interface LogDestination {
  write(line: string): void
  /** Writes out what is held back; false when the reader did not take all of it. */
  flush(): boolean
  close(): void
}

interface FileDestinationOptions {
  /** Lines are held back this long at most, so that a busy second costs a few writes. */
  readonly flushMs?: number
  /** What a reader that has stopped reading may make us hold; beyond it the oldest lines are dropped. */
  readonly maxHeldBytes?: number
}

const writeAtBytes = 16 * 1024

/**
 * Standard output (or another open file) as a log destination, in batches. Nothing is lost when the process exits, also
 * by an uncaught error; a kill -9 loses the last 50 ms. A broken pipe or a full disk drops lines and never throws.
 * Services that share a process share one, so that their lines do not cut into each other.
 */
export function fileDestination(fileDescriptor = 1, options: FileDestinationOptions = {}): LogDestination {
  const { flushMs = 50, maxHeldBytes = 4 * 1024 * 1024 } = options
  let held = ''
  let timer: NodeJS.Timeout | undefined
  let isReaderSlow = false
  let isClosed = false

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    held = writeOut(fileDescriptor, held)
    if (held.length > maxHeldBytes) held = held.slice(held.indexOf('\n', held.length - maxHeldBytes) + 1)
    isReaderSlow = held !== ''
    if (isReaderSlow) schedule()
    return !isReaderSlow
  }
  const schedule = () => {
    timer ??= setTimeout(flush, flushMs).unref()
  }
  const flushBeforeExit = () => {
    for (let attempt = 0; !flush() && attempt < 20; attempt += 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
  process.once('exit', flushBeforeExit)

  return {
    write(line) {
      held += line
      if (isClosed || (held.length >= writeAtBytes && !isReaderSlow)) flush()
      else schedule()
    },
    flush,
    close() {
      isClosed = true
      flushBeforeExit()
      clearTimeout(timer)
      process.off('exit', flushBeforeExit)
    },
  }
}

function writeOut(fileDescriptor: number, text: string): string {
  if (text === '') return ''
  const bytes = Buffer.from(text)
  let at = 0
  try {
    while (at < bytes.length) at += writeSync(fileDescriptor, bytes, at)
  } catch (error) {
    // The reader is slow: what is left waits. Anything else (EPIPE, ENOSPC) will not get better for these lines.
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? bytes.toString('utf8', at) : ''
  }
  return ''
}
