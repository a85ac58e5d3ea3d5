import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Service } from '@stoa/contract'
import { isAppError } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { ObjectStore } from './object-store.ts'

/** A service, and where its objects and their rows are. */
export interface BlobPlaces {
  readonly service: Pick<Service, 'name' | 'blobs'>
  readonly store: ObjectStore
  readonly database: Database
}

/**
 * Whether this database is the first that had its objects in the store. Of another system with the same bucket and prefix all objects
 * seem to be strays: nothing of theirs is removed. The object `SERVICE/owner` names the database; it is written by the first call.
 */
export async function ownsObjects({ service, store, database }: BlobPlaces): Promise<boolean> {
  const key = `${service.name}/owner`
  const [own] = await database.read.sql<{ id: string }>`select id from public.blob_owner`
  if (own === undefined) throw new Error('blob_owner has no row')
  const noted = await readNote(store, key)
  if (noted !== undefined) return noted === own.id
  await store.write(key, Readable.from([Buffer.from(own.id)]), own.id.length)
  // another system may have written at the same time
  return (await readNote(store, key)) === own.id
}

async function readNote(store: ObjectStore, key: string): Promise<string | undefined> {
  try {
    return await text(await store.read(key))
  } catch (error) {
    if (isAppError(error, 'blob.lost')) return undefined
    throw error
  }
}
