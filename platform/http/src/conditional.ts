import { hash } from 'node:crypto'
import { refusalOf } from './refusals.ts'

const entityTag = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/

/** The strong entity tag of a version (RFC 9110, section 8.8.3). Throws when it is not printable ASCII without quotes. */
export function etagOf(version: number | string): string {
  const text = String(version)
  if (!/^[\x21\x23-\x7e]+$/.test(text)) throw new TypeError(`${JSON.stringify(text)} cannot be part of an ETag`)
  return `"${text}"`
}

/** Returns a weak entity tag of the response body, for responses without a version; it cannot be used for changes. */
export function etagOfText(text: string): string {
  return `W/"${hash('sha256', text, 'base64url').slice(0, 27)}"`
}

/**
 * Returns the version in `If-Match`; undefined if it is missing or `*`. Throws `request.malformed` unless it is exactly one
 * entity tag, and `request.stale` for a weak tag, which never matches (RFC 9110, section 13.1.1).
 */
export function expectedVersionOf(header: string | undefined): string | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  const match = entityTag.exec(header.trim())
  if (match === null) throw refusalOf('request.malformed', 'If-Match must be one entity tag in double quotes, or *.')
  if (match[1] !== undefined) throw refusalOf('request.stale', 'If-Match requires a strong entity tag.')
  return match[2]
}

/** Throws `request.stale` if a change expects another version of a resource than the current one; one without `If-Match` expects none. */
export function requireVersion(
  expected: string | undefined,
  current: { readonly version: number | string },
  what = 'resource',
): void {
  if (expected !== undefined && expected !== String(current.version))
    throw refusalOf('request.stale', `The ${what} was changed after it was read.`)
}

/** Returns whether `If-None-Match` contains this tag, by weak comparison (RFC 9110, section 13.1.2). */
export function isNotModified(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  const opaque = withoutWeakness(etag)
  return header.split(',').some((part) => withoutWeakness(part.trim()) === opaque)
}

function withoutWeakness(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}
