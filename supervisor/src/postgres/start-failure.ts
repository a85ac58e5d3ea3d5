import type { AppError } from '@stoa/kernel'
import { systemError } from '@stoa/system/system-errors'

/** Turns the last output of a failed PostgreSQL or initdb into a sentence with a cause and a fix. */
export function refusalFor(output: string, cause?: unknown): AppError {
  if (/Address already in use|could not create any TCP\/IP sockets/.test(output)) return portTaken(output)
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    return systemError('postgres.disk_full', 'the disk of PostgreSQL is full: free some space, then start again', {
      cause,
    })
  }
  const lines = output.trim().split('\n').slice(-5).join('\n')
  return systemError('postgres.not_started', `PostgreSQL did not start; it wrote:\n${lines}`, { cause })
}

export function portTaken(port: string | number): AppError {
  const named = typeof port === 'number' ? `port ${port}` : (/port \d+|:\d+/.exec(port)?.[0] ?? 'the port')
  return systemError(
    'postgres.port_taken',
    `${named} of 127.0.0.1 is taken by another program, and PostgreSQL needs it: stop that program, or start with --ports auto`,
  )
}

/** Whether processes of a postmaster that was killed have not all gone yet: a moment later it works. */
export function isPassing(output: string): boolean {
  return /pre-existing shared memory block|lock file "postmaster\.pid" already exists/.test(output)
}
