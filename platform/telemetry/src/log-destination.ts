import { writeSync } from 'node:fs'

/** A destination of log lines; each `write` is one complete line with its newline. */
export interface LogDestination {
  write(line: string): void
  /** Writes the held lines; returns false if the reader did not accept all of them. */
  flush(): boolean
  close(): void
}

interface FileDestinationOptions {
  /** Maximum milliseconds for which lines are held, to reduce the number of writes; 50 by default. */
  readonly flushMs?: number
  /** Maximum bytes that are held for a slow reader, beyond which the oldest lines are dropped; 4 MiB by default. */
  readonly maxHeldBytes?: number
}

const writeAtBytes = 16 * 1024

/**
 * Writes lines to standard output (or another open file) in batches. Nothing is lost when the process exits, also by an
 * uncaught error; kill -9 loses the last 50 ms. A broken pipe or a full disk drops lines and never throws. Services in one
 * process share one destination, so that their lines are not interleaved.
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
    // EAGAIN: the reader is slow, and the rest waits. After any other error (EPIPE, ENOSPC) these lines are lost.
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? bytes.toString('utf8', at) : ''
  }
  return ''
}
