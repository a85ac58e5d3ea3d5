import type { Service } from '@stoa/contract'
import { repeatedPart, type Part } from '@stoa/kernel/part'
import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'
import { knownBlobs, removeRemains, type Remains } from './blob-rows.ts'
import type { ObjectStore } from './object-store.ts'
import { keyOfBlob } from './shelves.ts'

const remains: Remains = { receivedHours: 24, droppedMinutes: 10 }
const sweepEveryMs = 600_000
const strayHours = 48

const straysEveryMs = 6 * 3_600_000

interface SweepOptions {
  readonly service: Pick<Service, 'name' | 'blobs'>
  readonly store: ObjectStore
  readonly database: Database
}

/** The parts that remove what no row names, and report a store that cannot be used. */
export function blobParts({ logger, ...options }: SweepOptions & { readonly logger: Logger }): Part[] {
  const { check } = options.store
  const remove = repeatedPart('removal of blobs without a row', sweepEveryMs, {
    run: () => sweepBlobs(options),
    onFailure: (error) => logger.warn('blobs without a row were not removed', { error }),
  })
  const strays = repeatedPart('removal of stray objects', straysEveryMs, {
    run: () => removeStrays(options),
    onFailure: (error) => logger.warn('stray objects were not removed', { error }),
  })
  return [{ ...remove, dependencies: { blobs: { check } } }, strays]
}

/** Removes the blobs that no row names: uploads that broke off, and blobs that were dropped. Returns how many. */
export async function sweepBlobs({ service, store, database }: SweepOptions, wait = remains): Promise<number> {
  let count = 0
  for (;;) {
    const removed = await removeRemains(database, wait, ({ shelf, id }) =>
      store.remove(keyOfBlob(service.name, shelf, id)),
    )
    if (removed === 0) return count
    count += removed
  }
}

/**
 * Removes the objects that have no row, because the database was restored to an earlier time. It reads the names of all objects. Returns how many
 * were removed.
 */
export async function removeStrays({ service, store, database }: SweepOptions): Promise<number> {
  let count = 0
  for (const shelf of Object.keys(service.blobs)) {
    const prefix = keyOfBlob(service.name, shelf, '').slice(0, -1)
    for await (const keys of store.list(prefix)) {
      const ids = keys.map((key) => key.slice(prefix.length + 1)).filter(isOld)
      const known = await knownBlobs(database.read, ids)
      for (const id of ids.filter((each) => !known.has(each))) {
        await store.remove(keyOfBlob(service.name, shelf, id))
        count += 1
      }
    }
  }
  return count
}

/** The first 48 bits of a UUIDv7 are the milliseconds since the epoch (RFC 9562). */
function isOld(id: string): boolean {
  const madeAtMs = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  return madeAtMs < Date.now() - strayHours * 3_600_000
}
