import { type AppError, platformError } from '@stoa/kernel'

/** The time after which a response is of no use, in milliseconds since the epoch, as in `X-Request-Deadline`. */
export type Deadline = number

/** The deadline that lies `timeoutMs` after now. */
export function deadlineAfter(timeoutMs: number, epochMs: number): Deadline {
  return epochMs + timeoutMs
}

/** Returns the milliseconds until the deadline, at least 0; Infinity without a deadline. */
export function remainingMs(deadline: Deadline | undefined, epochMs: number): number {
  if (deadline === undefined) return Infinity
  return deadline > epochMs ? deadline - epochMs : 0
}

/** The smaller of two deadlines: a nested one can only shorten the outer. */
export function earlierDeadline(left: Deadline | undefined, right: Deadline | undefined): Deadline | undefined {
  if (left === undefined) return right
  if (right === undefined) return left
  return left < right ? left : right
}

/** Reads `X-Request-Deadline`: whole milliseconds since the epoch; undefined when it is anything else. */
export function parseDeadline(text: string | undefined): Deadline | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

const grpcUnitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 }

/** Reads `grpc-timeout` (gRPC over HTTP/2: at most 8 digits and a unit) as milliseconds; undefined when malformed. */
export function parseGrpcTimeoutMs(text: string | undefined): number | undefined {
  const match = text === undefined ? null : /^(\d{1,8})([HMSmun])$/.exec(text)
  return match === null ? undefined : Number(match[1]) * (grpcUnitMs[match[2] ?? ''] ?? 0)
}

/** Writes `grpc-timeout`, rounded up to milliseconds, or to seconds where these take over 8 digits. */
export function formatGrpcTimeout(timeoutMs: number): string {
  const wholeMs = Math.max(0, Math.ceil(timeoutMs))
  return wholeMs < 1e8 ? `${wholeMs}m` : `${Math.min(99_999_999, Math.ceil(wholeMs / 1_000))}S`
}

/**
 * Returns the deadline of a received request. The remaining time (`grpc-timeout`) takes precedence over the point in time (`X-Request-Deadline`), which a clock
 * difference between two hosts would shift.
 */
export function receivedDeadline(
  timeout: string | undefined,
  deadline: string | undefined,
  epochMs: number,
): Deadline | undefined {
  const leftMs = parseGrpcTimeoutMs(timeout)
  return leftMs === undefined ? parseDeadline(deadline) : epochMs + leftMs
}

/** The refusal `deadline_exceeded` (timeout, retryable). */
export function deadlineExceeded(detail: string): AppError {
  return platformError('request.deadline_exceeded', detail)
}
