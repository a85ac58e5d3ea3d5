import { fatal, sqlStates } from './sql-error.ts'

/** Reads the fields of a message in turn. @throws SqlError fatal, if the message ends before its fields do */
export interface BodyReader {
  readonly text: () => string
  readonly int16: () => number
  readonly int32: () => number
  readonly byte: () => number
  /** Bytes of a given number. */
  readonly bytes: (length: number) => Buffer
  /** As many as an int16 before them says. */
  readonly list: <Item>(read: () => Item) => Item[]
}

/** Makes one for the body of a message. */
export function readBody(body: Buffer): BodyReader {
  let at = 0
  function bytes(length: number): Buffer {
    if (length < 0 || at + length > body.length) throw fatal(sqlStates.protocolViolation, 'a message is too short')
    at += length
    return body.subarray(at - length, at)
  }
  const int16 = () => bytes(2).readInt16BE(0)
  return {
    bytes,
    int16,
    int32: () => bytes(4).readInt32BE(0),
    byte: () => bytes(1)[0] as number,
    text() {
      const end = body.indexOf(0, at)
      if (end < 0) throw fatal(sqlStates.protocolViolation, 'a text of a message has no end')
      const text = body.toString('utf8', at, end)
      at = end + 1
      return text
    },
    list: (read) => Array.from({ length: bytes(2).readUInt16BE(0) }, read),
  }
}
