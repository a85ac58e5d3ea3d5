import { hash } from 'node:crypto'
import { pointerStep } from '../json-pointer.ts'
import { refusalOf } from '../refusals.ts'

const maxLength = 255

/**
 * The value of an `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header-07): a structured-field string, or
 * the same without quotes as many clients send it; 1 to 255 printable ASCII characters.
 * @throws AppError 400 `idempotency.key_malformed`
 */
export function parseIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const key = typeof header === 'string' ? keyOf(header.trim()) : undefined
  if (key === undefined || key.length > maxLength) {
    const detail = `Idempotency-Key must be 1 to ${maxLength} printable ASCII characters, in double quotes or without spaces.`
    throw refusalOf('idempotency.key_malformed', detail)
  }
  return key
}

function keyOf(text: string): string | undefined {
  if (!text.startsWith('"')) return /^[\x21\x23-\x7e]+$/.test(text) ? text : undefined
  // RFC 8941, section 3.3.3: only the quote and the backslash are escaped.
  if (!/^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])+"$/.test(text)) return undefined
  return text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1')
}

/** Returns the fingerprint that distinguishes a repeated request from a different request with the same key: the path with its query, and the body. */
export function fingerprintOf(url: string, body: unknown): Buffer {
  return hash('sha256', `${url}\n${body === undefined ? '' : canonicalJson(body)}`, 'buffer')
}

/** JSON with the members of every object in one order, so that equal bodies are equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item)}`).join(',')}}`
}

/** The name of the advisory lock of a key. */
export function lockNameOf(operation: string, subject: string, key: string): string {
  return `idempotency${[operation, subject, key].map(pointerStep).join('')}`
}
