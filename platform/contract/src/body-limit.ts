import { largestJsonBytes } from './json-size.ts'
import type { Operation } from './operations.ts'

/** The largest body of any operation: 1 MiB. */
export const MAX_BODY_BYTES = 1_048_576
/** The smallest limit, 16 KiB: a lower one saves nothing. */
const MIN_BODY_BYTES = 16_384

/**
 * The maximum number of bytes that are read of the body of an operation: what an upload declares; of JSON twice what the schema can need, which leaves room for
 * white space; at least 16 KiB, at most 1 MiB.
 */
export function bodyLimitOf({ body, upload }: Pick<Operation, 'body' | 'upload'>): number {
  if (upload !== undefined) return upload.largestBytes
  const needed = body === undefined ? 0 : 2 * largestJsonBytes(body)
  // of a schema that another team has written, a length can be anything
  if (Number.isNaN(needed)) return MAX_BODY_BYTES
  return Math.min(MAX_BODY_BYTES, Math.max(MIN_BODY_BYTES, needed))
}
