import { encodeParameter } from './parameters.ts'

// Messages of the extended query protocol (PostgreSQL, "Message Formats"), with the unnamed portal and text results.
const describePortal = Buffer.from([0x44, 0, 0, 0, 6, 0x50, 0])
const executeAndSync = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0x53, 0, 0, 0, 4])

const largestKeptBytes = 1024 * 1024
let scratch = Buffer.allocUnsafe(16 * 1024)
let at = 0

function reserve(sizeBytes: number): void {
  if (at + sizeBytes <= scratch.length) return
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, at + sizeBytes))
  scratch.copy(larger, 0, 0, at)
  scratch = larger
}

function writeInt16(value: number): void {
  reserve(2)
  at = scratch.writeInt16BE(value, at)
}

function writeBytes(bytes: Buffer): void {
  reserve(bytes.length)
  at += bytes.copy(scratch, at)
}

function writeParameter(encoded: string | Buffer | null): void {
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  reserve(4 + (typeof encoded === 'string' ? encoded.length * 3 : 0))
  const sizeAt = at
  at += 4
  if (encoded === null) scratch.writeInt32BE(-1, sizeAt)
  else if (typeof encoded === 'string') {
    const sizeBytes = scratch.write(encoded, at)
    scratch.writeInt32BE(sizeBytes, sizeAt)
    at += sizeBytes
  } else {
    scratch.writeInt32BE(encoded.length, sizeAt)
    writeBytes(encoded)
  }
}

/**
 * Bind, Describe where asked, Execute and Sync in one buffer: one write to the socket for each statement.
 * @throws TypeError for a value that is no parameter
 */
export function executeMessages(statementName: string, values: readonly unknown[], isDescribed: boolean): Buffer {
  // Encoded before anything is written, as a value may be refused.
  const encoded = values.map(encodeParameter)
  at = 0
  reserve(16 + statementName.length)
  scratch[0] = 0x42
  scratch[5] = 0
  at = 6
  at += scratch.write(`${statementName}\0`, at, 'latin1')
  writeInt16(encoded.length)
  for (const value of encoded) writeInt16(Buffer.isBuffer(value) ? 1 : 0)
  writeInt16(encoded.length)
  for (const value of encoded) writeParameter(value)
  writeInt16(0)
  scratch.writeInt32BE(at - 1, 1)
  if (isDescribed) writeBytes(describePortal)
  writeBytes(executeAndSync)
  const messages = Buffer.from(scratch.subarray(0, at))
  if (scratch.length > largestKeptBytes) scratch = Buffer.allocUnsafe(16 * 1024)
  return messages
}
