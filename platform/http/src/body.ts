import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import { parse as parseSafely } from 'secure-json-parse'
import type { AppError, FieldError } from '@stoa/kernel'
import { pointerInto } from './json-pointer.ts'
import { invalidFields, refusalOf } from './refusals.ts'

const maxDepth = 64
const maxErrors = 100

/** The media types that bodies come in, by method: JSON merge patch (RFC 7396) for PATCH, JSON for the others. */
export function mediaTypeFor(method: string): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
}

/** Refuses a body that is not plain JSON in UTF-8 (or not the merge patch that a PATCH takes). */
export function checkMediaType(method: string, headers: IncomingHttpHeaders): AppError | undefined {
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  if (!hasBody) return undefined
  const wanted = mediaTypeFor(method)
  if (!isMediaType(headers['content-type'], wanted)) {
    return refusalOf('request.media_type_unsupported', `The body must be ${wanted}.`)
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refusalOf('request.media_type_unsupported', 'The body must not be compressed.')
  }
  return undefined
}

function isMediaType(header: string | undefined, wanted: string): boolean {
  if (header === wanted) return true
  const [type, ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase())
  return (
    type === wanted &&
    parameters.every((parameter) => !parameter.startsWith('charset=') || /^charset="?utf-8"?$/.test(parameter))
  )
}

/**
 * Parses a JSON body. Rejects as malformed a body that is not JSON in UTF-8 or contains `__proto__`, and as invalid a
 * body that is nested deeper than 64 or contains text that cannot be stored (NUL, lone surrogates). Returns undefined for an empty body.
 */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  if (!isUtf8(bytes)) throw refusalOf('request.malformed', 'The body is not UTF-8.')
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = parseSafely(text, { protoAction: 'error', constructorAction: 'error' })
  } catch (error) {
    throw refusalOf('request.malformed', 'The body is not valid JSON.', { cause: error })
  }
  if (mayBeHarmful(text)) inspect(value)
  return value
}

function mayBeHarmful(text: string): boolean {
  if (/\\u(?:0000|[dD][89a-fA-F])/.test(text)) return true
  let openings = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    // [ and {
    if ((char === 0x5b || char === 0x7b) && (openings += 1) > maxDepth) return true
  }
  return false
}

function inspect(value: unknown): void {
  const errors: FieldError[] = []
  const visit = (node: unknown, pointer: string, depth: number) => {
    if (typeof node === 'string') {
      if (!node.includes('\0') && node.isWellFormed()) return
      errors.push({ pointer, detail: 'contains a character that cannot be stored' })
      if (errors.length === maxErrors) throw invalidFields(errors)
      return
    }
    if (typeof node !== 'object' || node === null) return
    if (depth > maxDepth) throw invalidFields([{ pointer, detail: `is nested more than ${maxDepth} deep` }])
    for (const [name, item] of Object.entries(node)) {
      const place = pointerInto(pointer, name)
      if (!Array.isArray(node)) visit(name, place, depth)
      visit(item, place, depth + 1)
    }
  }
  visit(value, '', 1)
  if (errors.length > 0) throw invalidFields(errors)
}
