import { encodeInstant } from './instants.ts'

const mark = Symbol('stoa.json')

interface JsonParameter {
  readonly [mark]: string
}

/** Marks a value as a `json`/`jsonb` parameter; `undefined` becomes SQL null. */
export function json(value: unknown): unknown {
  if (value === undefined) return null
  return { [mark]: JSON.stringify(value) } satisfies JsonParameter
}

function isJson(value: object): value is JsonParameter {
  return mark in value
}

function bytesOf(value: ArrayBufferView): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

function encodeObject(value: object): string | Buffer {
  if (value instanceof Temporal.Instant) return encodeInstant(value)
  if (Array.isArray(value)) return encodeArray(value)
  if (isJson(value)) return value[mark]
  if (ArrayBuffer.isView(value)) return bytesOf(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Temporal.PlainDate) return value.toString()
  if (value instanceof Temporal.Duration) return value.toString()
  throw new TypeError('an object is not an SQL parameter: pass json(value), or one of its fields')
}

/** Encodes a value as PostgreSQL reads it in text format, bytes in binary; undefined is null. */
export function encodeParameter(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'object':
      return encodeObject(value)
    default:
      throw new TypeError(`a ${typeof value} is not an SQL parameter`)
  }
}

function quoteElement(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function encodeElement(item: unknown): string {
  if (Array.isArray(item)) return encodeArray(item)
  const encoded = encodeParameter(item)
  if (encoded === null) return 'NULL'
  return typeof encoded === 'string' ? quoteElement(encoded) : `"\\\\x${encoded.toString('hex')}"`
}

function encodeArray(items: readonly unknown[]): string {
  return `{${items.map(encodeElement).join(',')}}`
}
