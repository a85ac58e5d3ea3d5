import type { TSchema } from 'typebox'
import { largestJsonBytes } from './json-size.ts'

/** The largest body of any operation: 1 MiB. */
export const MAX_BODY_BYTES = 1_048_576
/** Below this, a limit saves nothing: 16 KiB. */
const MIN_BODY_BYTES = 16_384

/**
 * The most bytes that a door reads of an operation's body: twice what the schema can need, which leaves room for white
 * space; at least 16 KiB, at most 1 MiB.
 */
export function bodyLimitOf({ body }: { readonly body: TSchema | undefined }): number {
  const needed = body === undefined ? 0 : 2 * largestJsonBytes(body)
  return Math.min(MAX_BODY_BYTES, Math.max(MIN_BODY_BYTES, needed))
}
