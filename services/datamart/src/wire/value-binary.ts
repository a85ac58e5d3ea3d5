import {
  DuckDBArrayValue,
  type DuckDBBlobValue,
  type DuckDBDateValue,
  type DuckDBIntervalValue,
  DuckDBListValue,
  type DuckDBTimeValue,
  type DuckDBUUIDValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api'
import { binaryNumeric } from './numeric.ts'
import { textOf } from './value-text.ts'
import { wireTypeOf } from './value-types.ts'

// days and microseconds from 1970, where DuckDB begins, to 2000, where PostgreSQL does
const epochDays = 10_957
const epochMicros = 946_684_800_000_000n

const int64 = (value: bigint) => filled(8, (bytes) => bytes.writeBigInt64BE(value))
const int32 = (value: number) => filled(4, (bytes) => bytes.writeInt32BE(value))

function filled(length: number, fill: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(length)
  fill(bytes)
  return bytes
}

/** How values of a type of PostgreSQL are written in binary; others are text in both formats. */
const writers: Readonly<Record<number, (value: DuckDBValue) => Buffer>> = {
  16: (value) => Buffer.from([value === true ? 1 : 0]),
  17: (value) => Buffer.from((value as DuckDBBlobValue).bytes),
  20: (value) => int64(BigInt(value as bigint | number)),
  21: (value) => filled(2, (bytes) => bytes.writeInt16BE(Number(value))),
  23: (value) => int32(Number(value)),
  700: (value) => filled(4, (bytes) => bytes.writeFloatBE(Number(value))),
  701: (value) => filled(8, (bytes) => bytes.writeDoubleBE(Number(value))),
  1082: dateBytes,
  1083: (value) => int64((value as DuckDBTimeValue).micros),
  1114: timestampBytes,
  1184: timestampBytes,
  1186: intervalBytes,
  1700: (value) => binaryNumeric(String(value)),
  2950: (value) => Buffer.from((value as DuckDBUUIDValue).toString().replaceAll('-', ''), 'hex'),
}

/** A value in the binary format of its type. */
export function binaryOf(value: DuckDBValue, type: DuckDBType): Buffer {
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return arrayBytes(value.items, type)
  const writer = writers[wireTypeOf(type).oid]
  return writer === undefined ? Buffer.from(textOf(value), 'utf8') : writer(value)
}

function dateBytes(value: DuckDBValue): Buffer {
  const date = value as DuckDBDateValue
  if (!date.isFinite) return int32(date.days > 0 ? 0x7f_ff_ff_ff : -0x80_00_00_00)
  return int32(date.days - epochDays)
}

const infinity = 0x7f_ff_ff_ff_ff_ff_ff_ffn

/** Of seconds, milliseconds, microseconds and nanoseconds since 1970. */
function timestampBytes(value: DuckDBValue): Buffer {
  const stamp = value as {
    readonly micros?: bigint
    readonly seconds?: bigint
    readonly millis?: bigint
    readonly nanos?: bigint
    readonly isFinite?: boolean
  }
  const { seconds, millis, nanos = 0n } = stamp
  const micros =
    stamp.micros ??
    (seconds === undefined ? (millis === undefined ? nanos / 1_000n : millis * 1_000n) : seconds * 1_000_000n)
  if (stamp.isFinite === false) return int64(micros > 0n ? infinity : -infinity - 1n)
  return int64(micros - epochMicros)
}

/** One dimension, from 1; PostgreSQL writes an array without items without dimensions. */
function arrayBytes(items: readonly DuckDBValue[], type: DuckDBType): Buffer {
  const { valueType } = type as DuckDBType & { readonly valueType: DuckDBType }
  const hasNull = items.includes(null) ? 1 : 0
  const head = [int32(items.length === 0 ? 0 : 1), int32(hasNull), int32(wireTypeOf(valueType).oid)]
  if (items.length === 0) return Buffer.concat(head)
  const values = items.flatMap((item) => {
    if (item === null) return [int32(-1)]
    const bytes = binaryOf(item, valueType)
    return [int32(bytes.length), bytes]
  })
  return Buffer.concat([...head, int32(items.length), int32(1), ...values])
}

function intervalBytes(value: DuckDBValue): Buffer {
  const { months, days, micros } = value as DuckDBIntervalValue
  return Buffer.concat([int64(micros), int32(days), int32(months)])
}
