import type { SqlError } from './sql-error.ts'

/** A column as a client sees it. */
export interface WireColumn {
  readonly name: string
  readonly oid: number
  /** Bytes of a value; -1 if they vary. */
  readonly size: number
  readonly modifier: number
}

/** 0 for text, 1 for binary. */
export type Format = 0 | 1

/** What a session reports after each statement: idle, in a transaction, or in one that has failed. */
export type TransactionStatus = 'I' | 'T' | 'E'

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(4 + parts.reduce((sum, { length }) => sum + length, 0), 1)
  return Buffer.concat([head, ...parts])
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function text(value: string): Buffer {
  // the end of a text is a zero, so it cannot have one
  return Buffer.from(`${value.replaceAll('\0', '')}\0`, 'utf8')
}

/** The messages of a server (PostgreSQL, "Message Formats"), by name. */
export const write = {
  passwordWanted: () => message('R', int32(3)),
  signedIn: () => message('R', int32(0)),
  parameterStatus: (name: string, value: string) => message('S', text(name), text(value)),
  backendKey: (id: number, secret: number) => message('K', int32(id), int32(secret)),
  ready: (status: TransactionStatus) => message('Z', Buffer.from(status, 'latin1')),
  version: (newest: number, unknown: readonly string[]) =>
    message('v', int32(newest), int32(unknown.length), ...unknown.map(text)),
  complete: (tag: string) => message('C', text(tag)),
  emptyQuery: () => message('I'),
  parsed: () => message('1'),
  bound: () => message('2'),
  closed: () => message('3'),
  noData: () => message('n'),
  suspended: () => message('s'),
  parameters: (oids: readonly number[]) => message('t', int16(oids.length), ...oids.map(int32)),
  columns: (columns: readonly WireColumn[], formats: readonly Format[]) =>
    message(
      'T',
      int16(columns.length),
      ...columns.flatMap(({ name, oid, size, modifier }, index) => [
        text(name),
        int32(0),
        int16(0),
        int32(oid),
        int16(size & 0xff_ff),
        int32(modifier),
        int16(formats[index] ?? 0),
      ]),
    ),
  row,
  error: (error: SqlError) => failure('E', error.isFatal ? 'FATAL' : 'ERROR', error),
  notice: (code: string, notice: string) => failure('N', 'NOTICE', { code, message: notice }),
}

/** In one piece, as there are many. */
function row(values: readonly (Buffer | null)[]): Buffer {
  const length = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 6)
  const bytes = Buffer.allocUnsafe(1 + length)
  bytes.write('D', 0, 'latin1')
  bytes.writeInt32BE(length, 1)
  bytes.writeUInt16BE(values.length, 5)
  let at = 7
  for (const value of values) {
    at = bytes.writeInt32BE(value === null ? -1 : value.length, at)
    if (value !== null) at += value.copy(bytes, at)
  }
  return bytes
}

interface Failure extends Pick<SqlError, 'code' | 'message'> {
  readonly hint?: string | undefined
  readonly position?: number | undefined
}

function failure(type: string, severity: string, { code, message: detail, hint, position }: Failure): Buffer {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['S', severity],
    ['V', severity],
    ['C', code],
    ['M', detail],
    ['H', hint],
    ['P', position === undefined ? undefined : String(position)],
  ]
  const written = fields.flatMap(([name, value]) =>
    value === undefined ? [] : [Buffer.from(name, 'latin1'), text(value)],
  )
  return message(type, ...written, Buffer.from([0]))
}
