import type { Readable } from 'node:stream'
import type { BlobRef, Service } from '@stoa/contract'
import type { NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { completeBlob, discardRow, insertBlob } from './blob-rows.ts'
import type { ByteRange, ObjectStore } from './object-store.ts'
import { receiveBody, type DeclaredBody } from './receive-body.ts'

/** The blobs of a service. */
export interface Blobs {
  /**
   * Stores a body on a shelf; the blob is removed unless `keepBlob` follows within a day. @throws AppError `request.content_mismatch`,
   * `request.malformed` or `request.stalled`; nothing is stored then
   */
  readonly receive: (shelf: string, body: Readable, declared: DeclaredBody) => Promise<BlobRef>
  /** Opens the content of a blob, or a part of it. @throws AppError `blob.lost` if the store does not have it */
  readonly open: (shelf: string, id: string, range?: ByteRange) => Promise<Readable>
  /** Removes a blob at once if it was not kept. */
  readonly discard: (shelf: string, id: string) => Promise<void>
}

interface BlobsOptions {
  readonly service: Pick<Service, 'name' | 'blobs'>
  readonly store: ObjectStore
  readonly database: Database
  readonly newId: NewId
  /** How long the sender of a body may be silent. */
  readonly idleMs: number
}

/** Makes the shelves of a service in a store that it may share with others. */
export function makeBlobs({ service, store, database, newId, idleMs }: BlobsOptions): Blobs {
  const keyOf = (shelf: string, id: string) => {
    if (!Object.hasOwn(service.blobs, shelf)) throw new Error(`${service.name} declares no blobs ${shelf}`)
    return keyOfBlob(service.name, shelf, id)
  }
  const discard = async (shelf: string, id: string) => {
    const isRemoved = await database.transaction((tx) => discardRow(tx, id))
    if (isRemoved) await store.remove(keyOf(shelf, id))
  }
  return {
    async receive(shelf, body, declared) {
      const id = newId()
      const key = keyOf(shelf, id)
      await database.transaction((tx) => insertBlob(tx, { id, shelf, ...declared }))
      try {
        const { bytes, sha256 } = receiveBody(body, declared, idleMs)
        await store.write(key, bytes, declared.sizeBytes)
        const blob = { id, ...declared, sha256: sha256() }
        await database.transaction((tx) => completeBlob(tx, id, blob.sha256))
        return blob
      } catch (error) {
        // What this leaves is removed with all other remains.
        await discard(shelf, id).catch(() => {})
        throw error
      }
    },
    open: (shelf, id, range) => store.read(keyOf(shelf, id), range),
    discard,
  }
}

/** The key of a blob in the store. */
export function keyOfBlob(service: string, shelf: string, id: string): string {
  return `${service}/${shelf}/${id}`
}
