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

interface SweepOptions {
  readonly service: Pick<Service, 'name' | 'blobs'>
  readonly store: ObjectStore
  readonly database: Database
}

/** The part that removes blobs that no row names, and reports a store that cannot be used. */
export function blobsPart({ logger, ...options }: SweepOptions & { readonly logger: Logger }): Part {
  const repeated = repeatedPart('removal of blobs without a row', sweepEveryMs, {
    run: () => sweepBlobs(options),
    onFailure: (error) => logger.warn('blobs without a row were not removed', { error }),
  })
  return { ...repeated, dependencies: { blobs: { check: options.store.check } } }
}

/**
 * Removes the blobs that no row names: uploads that broke off, blobs that were dropped, and objects whose rows are missing since the
 * database was restored to an earlier time. Returns how many.
 */
export async function sweepBlobs(options: SweepOptions, wait = remains): Promise<number> {
  const { service, store, database } = options
  let count = 0
  for (;;) {
    const removed = await removeRemains(database, wait, ({ shelf, id }) =>
      store.remove(keyOfBlob(service.name, shelf, id)),
    )
    count += removed
    if (removed === 0) break
  }
  for (const shelf of Object.keys(service.blobs)) count += await removeStrays(options, shelf)
  return count
}

/** Ids are UUIDv7, so those of strays that are old enough come first. */
async function removeStrays({ service, store, database }: SweepOptions, shelf: string): Promise<number> {
  const prefix = keyOfBlob(service.name, shelf, '').slice(0, -1)
  let count = 0
  let keys = await store.list(prefix)
  while (keys.length > 0) {
    const ids = keys.map((key) => key.slice(prefix.length + 1)).filter((id) => isOld(id))
    const known = await knownBlobs(database.read, ids)
    for (const id of ids.filter((each) => !known.has(each))) {
      await store.remove(keyOfBlob(service.name, shelf, id))
      count += 1
    }
    keys = await store.list(prefix, keys.at(-1))
  }
  return count
}

/** The first 48 bits of a UUIDv7 are the milliseconds since the epoch (RFC 9562). */
function isOld(id: string): boolean {
  const madeAtMs = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  return madeAtMs < Date.now() - strayHours * 3_600_000
}
