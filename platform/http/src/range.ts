import { PlatformError } from '@stoa/kernel'

/** Thrown for a range that begins after the end; the response contains the size in `Content-Range`. */
export class RangeUnsatisfiable extends PlatformError {
  readonly sizeBytes: number

  constructor(sizeBytes: number) {
    super('request.range_unsatisfiable', `The content has ${sizeBytes} bytes.`)
    this.sizeBytes = sizeBytes
  }
}

/** The bytes from `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The range that a request asks for (RFC 9110, 14.2): undefined for the whole content, also if the header has several ranges, another
 * unit or a syntax error, which a server may ignore; `unsatisfiable` if it begins after the end.
 */
export function rangeOf(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '')
  if (match === null) return undefined
  const [, first = '', last = ''] = match
  if (first === '') return last === '' ? undefined : lastBytes(Number(last), sizeBytes)
  const start = Number(first)
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (last !== '' && Number(last) < start) return undefined
  return start >= sizeBytes ? 'unsatisfiable' : { start, end }
}

function lastBytes(count: number, sizeBytes: number): ByteRange | 'unsatisfiable' {
  if (count === 0 || sizeBytes === 0) return 'unsatisfiable'
  return { start: Math.max(0, sizeBytes - count), end: sizeBytes - 1 }
}
