import { AppError, platformError } from '@stoa/kernel'

/** The SQLSTATE of an error that came from the database (PostgreSQL, appendix A), or of the cause of a refusal. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof AppError) return sqlState(error.cause)
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Whether a write broke a unique constraint (SQLSTATE 23505), optionally the one named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== '23505') return false
  return constraint === undefined || (error as { constraint?: unknown }).constraint === constraint
}

/** Whether a transaction failed only because of others at the same time: running it again may succeed. */
export function isSerializationFailure(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40001' || state === '40P01'
}

/** Whether the server refused a prepared statement because a migration changed what it answers. */
export function isStalePlan(error: unknown): boolean {
  return sqlState(error) === '0A000' && error instanceof Error && error.message.includes('cached plan')
}

const awayStates = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '53300', '53400'])
const awaySystemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNABORTED',
])
// A Unix socket that is not there, or has too many at its door.
const awaySocketCodes = new Set(['ENOENT', 'EAGAIN'])
const awayTexts = /^Connection terminated|^timeout expired|not queryable|^Connection ended/

function systemCode(error: Error): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return (error.errors[0] as { code?: unknown }).code
  return (error as { code?: unknown }).code
}

/** Whether the connection was refused, lost or ended by the server: nothing is wrong with the statement. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof AppError) return false
  const state = sqlState(error)
  if (state !== undefined) return state.startsWith('08') || awayStates.has(state)
  const code = systemCode(error)
  const isSocketAway = awaySocketCodes.has(String(code)) && (error as { syscall?: unknown }).syscall === 'connect'
  return isSocketAway || awaySystemCodes.has(String(code)) || awayTexts.test(error.message)
}

/**
 * Turns what the database or the network threw into a refusal where others can act on it: away (`database.unavailable`),
 * disk full (`database.disk_full`), statement timeout (`database.statement_timeout`), text that PostgreSQL cannot hold
 * (`database.unsupported_text`). Any other error stays what it is: a bug, or a constraint that the store handles.
 */
export function toRefusal(error: unknown): Error {
  if (isConnectionLoss(error)) {
    return platformError('database.unavailable', 'The database is not available.', { cause: error })
  }
  switch (error instanceof AppError ? undefined : sqlState(error)) {
    case '53100':
      return platformError('database.disk_full', 'The database has no space left.', { cause: error })
    case '57014':
      return platformError('database.statement_timeout', 'The database took too long.', { cause: error })
    case '22021':
    case '22P05':
      return platformError('database.unsupported_text', 'A text holds a character that cannot be stored.', {
        cause: error,
      })
    default:
      return error instanceof Error ? error : new Error(String(error))
  }
}
