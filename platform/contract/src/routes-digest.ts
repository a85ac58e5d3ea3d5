import { createHash } from 'node:crypto'
import type { RoutesDocument } from './routes.ts'

/** The SHA-256 of a document, in hexadecimal: the same for the same content, in whatever order its fields come. */
export function routesDigest(document: RoutesDocument): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(document)))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries.map(([name, each]) => [name, sorted(each)]))
}
