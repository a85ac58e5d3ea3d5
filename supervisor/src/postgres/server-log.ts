import { openLogFile } from '../log-file.ts'

/** How large the server's log becomes, and how often that is looked at. */
export interface LogLimit {
  readonly maxBytes: number
  readonly everyMs: number
}

export const defaultLogLimit: LogLimit = { maxBytes: 16 * 1024 * 1024, everyMs: 10_000 }

/**
 * Moves what is in the server's log to `{path}.1` when the log has reached its limit. All processes of the server write into the
 * one file, so they are not frozen for the cut as a service is: a line written in just that instant can be lost.
 */
export async function limitServerLog(path: string, maxBytes: number): Promise<void> {
  const log = openLogFile(path, { maxBytes })
  try {
    await log.rotate()
  } finally {
    log.close()
  }
}

/** Keeps the log within its limit until the signal aborts. */
export function watchServerLog(path: string, { maxBytes, everyMs }: LogLimit, signal: AbortSignal): void {
  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    // A full disk, say: the next look tries again.
    void limitServerLog(path, maxBytes)
      .catch(() => {})
      .finally(() => (isLooking = false))
  }, everyMs).unref()
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}
