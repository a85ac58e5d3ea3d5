/** A refusal as PostgreSQL reports it: with a SQLSTATE, and a position in the text of the statement that counts characters from 1. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  readonly code: string
  readonly position: number | undefined
  readonly hint: string | undefined
  /** The connection ends with it. */
  readonly isFatal: boolean

  constructor(code: string, message: string, details: SqlErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.code = code
    this.position = details.position
    this.hint = details.hint
    this.isFatal = details.isFatal === true
  }
}

interface SqlErrorDetails {
  readonly position?: number | undefined
  readonly hint?: string | undefined
  readonly isFatal?: boolean
  readonly cause?: unknown
}

/** The SQLSTATEs that are returned (PostgreSQL, appendix A). */
export const sqlStates = {
  protocolViolation: '08P01',
  featureNotSupported: '0A000',
  invalidAuthorization: '28000',
  invalidPassword: '28P01',
  invalidParameterValue: '22023',
  invalidTextRepresentation: '22P02',
  numericOutOfRange: '22003',
  readOnlyTransaction: '25006',
  failedTransaction: '25P02',
  invalidStatementName: '26000',
  invalidCursorName: '34000',
  insufficientPrivilege: '42501',
  syntaxError: '42601',
  undefinedColumn: '42703',
  undefinedFunction: '42883',
  undefinedTable: '42P01',
  undefinedObject: '42704',
  invalidStatement: '42000',
  duplicateStatement: '42P05',
  tooManyConnections: '53300',
  outOfMemory: '53200',
  programLimit: '54000',
  queryCanceled: '57014',
  adminShutdown: '57P01',
  idleSessionTimeout: '57P05',
  cannotConnectNow: '57P03',
  internalError: 'XX000',
} as const

/** An error that closes the connection. */
export function fatal(code: string, message: string): SqlError {
  return new SqlError(code, message, { isFatal: true })
}
