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
  /**
   * Stores an object; if the bytes break off, or are not of the size that is given, nothing is stored. It survives a loss of power once
   * this has resolved. @throws AppError `blob.unavailable` if the store cannot be reached
   */
  readonly write: (key: string, bytes: Readable, sizeBytes?: number) => Promise<void>
  /** Opens an object, or a part of it. @throws AppError `blob.lost` if the object does not exist, `blob.unavailable` */
  readonly read: (key: string, range?: ByteRange) => Promise<Readable>
  /** The size of an object; undefined if it does not exist. @throws AppError `blob.unavailable` */
  readonly sizeOf: (key: string) => Promise<number | undefined>
  /** Removes an object and any remains of an interrupted write; has no effect if the object does not exist. */
  readonly remove: (key: string) => Promise<void>
  /** The keys of all objects below this prefix, in no order, up to 1,000 at a time; also those that a killed process has left unfinished. */
  readonly list: (prefix: string) => AsyncIterable<readonly string[]>
  /** Rejects with the reason while objects cannot be stored. */
  readonly check: () => Promise<void>
}

/** Keys are made by this package; one that could leave the folder, or the prefix in a bucket, is a bug. */
export function safeKey(key: string): string {
  if (!/^[a-z0-9-]+(?:\/[a-z0-9-]+)*$/i.test(key))
    throw new TypeError(`${JSON.stringify(key)} is not the key of an object`)
  return key
}
