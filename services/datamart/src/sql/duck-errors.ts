import { isAppError } from '@stoa/kernel'
import { SqlError, sqlStates } from '../wire/sql-error.ts'

const byType: Readonly<Record<string, string>> = {
  Parser: sqlStates.syntaxError,
  Syntax: sqlStates.syntaxError,
  Binder: sqlStates.invalidStatement,
  Conversion: sqlStates.invalidTextRepresentation,
  'Out of Range': sqlStates.numericOutOfRange,
  'Invalid Input': sqlStates.invalidParameterValue,
  'Invalid type': sqlStates.invalidParameterValue,
  'Parameter Not Resolved': sqlStates.invalidParameterValue,
  'Parameter Not Allowed': sqlStates.invalidParameterValue,
  'Mismatch Type': sqlStates.invalidParameterValue,
  Permission: sqlStates.insufficientPrivilege,
  'Not implemented': sqlStates.featureNotSupported,
  'Out of Memory': sqlStates.outOfMemory,
  INTERRUPT: sqlStates.queryCanceled,
}

const ofMissing: Readonly<Record<string, string>> = {
  Table: sqlStates.undefinedTable,
  View: sqlStates.undefinedTable,
  Type: sqlStates.undefinedObject,
}

interface Reported {
  readonly exception_type: string
  readonly exception_message: string
  readonly position?: string
  readonly error_subtype?: string
  readonly type?: string
}

/** An error of DuckDB or of its engine as PostgreSQL reports it; what is not about the statement is a bug, whose text is not sent. */
export function asSqlError(error: unknown, positionOf: (byteOffset: number) => number): SqlError {
  if (error instanceof SqlError) return error
  if (isAppError(error, 'lake.too_large')) {
    return new SqlError(sqlStates.outOfMemory, 'the statement needs more memory than it may use')
  }
  if (isAppError(error, 'lake.too_long')) {
    return new SqlError(sqlStates.queryCanceled, 'canceling statement due to statement timeout')
  }
  if (isAppError(error, 'lake.busy')) {
    return new SqlError(sqlStates.tooManyConnections, 'too many statements are waiting, try again later')
  }
  const reported = reportOf(error)
  const code = reported === undefined ? undefined : codeOf(reported)
  if (reported === undefined || code === undefined) {
    return new SqlError(sqlStates.internalError, 'internal error', { cause: error })
  }
  const { position, exception_message: message } = reported
  return new SqlError(code, message, {
    cause: error,
    ...(position === undefined ? {} : { position: positionOf(Number(position)) }),
  })
}

/** An error of DuckDB with its place in the text of the client; what is not about the statement stays as it is. */
export function locate(error: unknown, positionOf: (byteOffset: number) => number): unknown {
  const known = asSqlError(error, positionOf)
  return known.code === sqlStates.internalError ? error : known
}

function codeOf({ exception_type: type, error_subtype: subtype, type: missing = '' }: Reported): string | undefined {
  if (subtype === 'COLUMN_NOT_FOUND') return sqlStates.undefinedColumn
  if (type === 'Catalog') return ofMissing[missing] ?? sqlStates.undefinedFunction
  return byType[type]
}

function reportOf(error: unknown): Reported | undefined {
  const { message = '' } = error as Partial<Error>
  const start = message.indexOf('{')
  if (start < 0) return undefined
  try {
    return JSON.parse(message.slice(start)) as Reported
  } catch {
    return undefined
  }
}
