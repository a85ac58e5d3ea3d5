import { numericText } from '../wire/numeric.ts'
import { SqlError, sqlStates } from '../wire/sql-error.ts'
import type { Format } from '../wire/write-messages.ts'

const epochDays = 10_957
const epochMicros = 946_684_800_000_000n

const readers: Readonly<Record<number, (bytes: Buffer) => string | undefined>> = {
  16: (bytes) => (bytes[0] === 1 ? 'true' : 'false'),
  17: (bytes) => [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  20: (bytes) => String(bytes.readBigInt64BE(0)),
  21: (bytes) => String(bytes.readInt16BE(0)),
  23: (bytes) => String(bytes.readInt32BE(0)),
  26: (bytes) => String(bytes.readUInt32BE(0)),
  700: (bytes) => String(bytes.readFloatBE(0)),
  701: (bytes) => String(bytes.readDoubleBE(0)),
  1082: (bytes) => dayText(bytes.readInt32BE(0) + epochDays),
  1114: (bytes) => stampText(bytes.readBigInt64BE(0) + epochMicros),
  1184: (bytes) => stampText(bytes.readBigInt64BE(0) + epochMicros),
  1700: numericText,
  2950: (bytes) => (bytes.length === 16 ? bytes.toString('hex') : undefined),
}

const texts = new Set([0, 18, 19, 25, 705, 1042, 1043])

/** The text of a value that a client binds, in either format. @throws SqlError for a binary format that is not known */
export function parameterText(bytes: Buffer | null, format: Format, oid: number): string | null {
  if (bytes === null) return null
  if (format === 0 || texts.has(oid)) return bytes.toString('utf8')
  const reader = readers[oid]
  if (reader === undefined) {
    throw new SqlError(sqlStates.featureNotSupported, `no binary input for the type with OID ${oid}`)
  }
  const text = readWhole(reader, bytes)
  if (text === undefined) throw new SqlError('22P03', 'incorrect binary data format in a bind parameter')
  return text
}

function readWhole(reader: (bytes: Buffer) => string | undefined, bytes: Buffer): string | undefined {
  try {
    return reader(bytes)
  } catch {
    return undefined
  }
}

function dayText(days: number): string {
  return Temporal.PlainDate.from('1970-01-01').add({ days }).toString()
}

function stampText(micros: bigint): string {
  return Temporal.Instant.fromEpochNanoseconds(micros * 1_000n).toString()
}
