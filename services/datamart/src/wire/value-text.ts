import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'

/** A value as text, as PostgreSQL writes it. */
export function textOf(value: DuckDBValue): string {
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (value instanceof DuckDBTimestampTZValue) {
    // the class has the offset of this process, but the mart is in UTC
    const text = new DuckDBTimestampValue(value.micros).toString()
    return value.isFinite ? `${text}+00` : text
  }
  if (value instanceof DuckDBBlobValue) return `\\x${Buffer.from(value.bytes).toString('hex')}`
  if (value instanceof DuckDBIntervalValue) return intervalText(value)
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return `{${value.items.map((item) => (item === null ? 'NULL' : quoted(textOf(item)))).join(',')}}`
  }
  return String(value)
}

/** An item of an array; one that could be read as something else is quoted. */
function quoted(item: string): string {
  const isPlain = item !== '' && !/["\\{},\s]/.test(item) && item.toUpperCase() !== 'NULL'
  return isPlain ? item : `"${item.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

const microsPerSecond = 1_000_000n

function intervalText({ months, days, micros }: DuckDBIntervalValue): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.trunc(months / 12), 'year'],
    [months % 12, 'mon'],
    [days, 'day'],
  ]
  const named = parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`]))
  if (micros === 0n && named.length > 0) return named.join(' ')
  return [...named, `${micros < 0n ? '-' : ''}${clockText(micros < 0n ? -micros : micros)}`].join(' ')
}

function clockText(micros: bigint): string {
  const seconds = micros / microsPerSecond
  const places = [seconds / 3_600n, (seconds / 60n) % 60n, seconds % 60n].map((each) => String(each).padStart(2, '0'))
  const fraction = String(micros % microsPerSecond)
    .padStart(6, '0')
    .replace(/0+$/, '')
  return places.join(':') + (fraction === '' ? '' : `.${fraction}`)
}
