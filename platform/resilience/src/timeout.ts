import type { AppError } from '@stoa/kernel'
import type { CallScope } from './call-scope.ts'
import { deadlineExceeded, earlierDeadline, remainingMs } from './deadline.ts'
import type { Observer } from './events.ts'
import { makePolicy, type Policy } from './policy.ts'
import { positive } from './settings.ts'
import { systemTime, type Time } from './time.ts'

/** Settings of a timeout. */
export interface TimeoutOptions {
  readonly name?: string
  /** The longest a call may take; without it only the caller's deadline counts. */
  readonly timeoutMs?: number
  readonly time?: Time
  readonly observer?: Observer | undefined
}

/**
 * Fails with `deadline_exceeded` (timeout, retryable) when `timeoutMs` or the deadline of the caller has passed, and
 * aborts the signal of the call; a call past its deadline is not started. The call sees the earlier of the two deadlines.
 */
export function timeout(options: TimeoutOptions = {}): Policy {
  const { name = 'call', time = systemTime, observer } = options
  const timeoutMs = options.timeoutMs === undefined ? undefined : positive('timeoutMs', options.timeoutMs)

  function exceed(): AppError {
    observer?.onEvent({ type: 'timed_out', name })
    return deadlineExceeded(`${name} did not finish in time`)
  }

  return makePolicy((next) => (call, scope) => {
    if (timeoutMs === undefined && scope.deadline === undefined) return next(call, scope)
    const epochMs = time.epochMs()
    const deadline = earlierDeadline(scope.deadline, timeoutMs === undefined ? undefined : epochMs + timeoutMs)
    const leftMs = remainingMs(deadline, epochMs)
    if (leftMs === 0) return Promise.reject(exceed())
    return answeredWithin(leftMs, time, scope.fork(scope.attempt, deadline), exceed, (inner) => next(call, inner))
  })
}

function answeredWithin<T>(
  leftMs: number,
  time: Time,
  scope: CallScope,
  exceed: () => AppError,
  start: (scope: CallScope) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const expire = () => {
      const error = exceed()
      reject(error)
      scope.abort(error)
    }
    const timer = time.setTimer(expire, leftMs)
    const settle = () => {
      time.clearTimer(timer)
      scope.end()
    }
    start(scope).then(
      (answer) => {
        settle()
        resolve(answer)
      },
      (error: unknown) => {
        settle()
        reject(error)
      },
    )
  })
}
