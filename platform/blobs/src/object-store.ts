import type { Readable } from 'node:stream'

/** The bytes from `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Keeps objects under keys such as `inventory/images/0198…`. An object is written once, and is there as a whole or not at all.
 */
export interface ObjectStore {
  /** Stores an object of this size; if the bytes break off, nothing is stored. It survives a loss of power once this has resolved. */
  readonly write: (key: string, bytes: Readable, sizeBytes: number) => Promise<void>
  /** Opens an object, or a part of it. @throws AppError `blob.lost` if the object does not exist */
  readonly read: (key: string, range?: ByteRange) => Promise<Readable>
  /** Removes an object and any remains of an interrupted write; has no effect if the object does not exist. */
  readonly remove: (key: string) => Promise<void>
  /** The keys of all objects with this prefix, in no order, up to 1,000 at a time. */
  readonly list: (prefix: string) => AsyncIterable<readonly string[]>
  /** Rejects with the reason while objects cannot be stored. */
  readonly check: () => Promise<void>
}
