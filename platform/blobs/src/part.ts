import { repeatedPart, type Part } from '@stoa/kernel/part'
import type { Logger } from '@stoa/telemetry'
import { knownBlobs, removeRemains, type Remains } from './blob-rows.ts'
import { ownsObjects, type BlobPlaces } from './ownership.ts'
import { keyOfBlob } from './shelves.ts'

const remains: Remains = { receivedHours: 24, droppedMinutes: 10 }
const sweepEveryMs = 600_000
const strayHours = 48

const straysEveryMs = 6 * 3_600_000

/** The parts that remove what no row names, and report a store that cannot be used. */
export function blobParts({ logger, ...places }: BlobPlaces & { readonly logger: Logger }): Part[] {
  const { check } = places.store
  const remove = repeatedPart('removal of blobs without a row', sweepEveryMs, {
    async run() {
      // long before strays are removed, so that a system with another database finds who was first
      await ownsObjects(places)
      await sweepBlobs(places)
    },
    onFailure: (error) => logger.warn('blobs without a row were not removed', { error }),
  })
  const strays = repeatedPart('removal of stray objects', straysEveryMs, {
    run: () => removeStrays(places),
    onFailure: (error) => logger.warn('stray objects were not removed', { error }),
  })
  return [{ ...remove, dependencies: { blobs: { check } } }, strays]
}

/** Removes the blobs that no row names: uploads that broke off, and blobs that were dropped. Returns how many. */
export async function sweepBlobs({ service, store, database }: BlobPlaces, wait = remains): Promise<number> {
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
 * were removed. @throws Error if the objects belong to another database
 */
export async function removeStrays(places: BlobPlaces): Promise<number> {
  const { service, store, database } = places
  if (!(await ownsObjects(places))) {
    throw new Error(
      `the objects of ${service.name} in the store belong to another database: use another prefix, or delete the object ${service.name}/owner to hand them over`,
    )
  }
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
