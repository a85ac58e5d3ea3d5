import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import { blobExpired } from './blob-errors.ts'

/** A blob whose row has been written, and whose content is on its way. */
export interface NewBlob {
  readonly id: string
  readonly shelf: string
  readonly mediaType: string
  readonly sizeBytes: number
}

/** Writes the row of a blob, before its content: whatever happens then, the content can be found and removed. */
export async function insertBlob({ sql }: WriteHandle, { id, shelf, mediaType, sizeBytes }: NewBlob): Promise<void> {
  await sql`insert into public.blobs (id, shelf, media_type, size_bytes) values (${id}, ${shelf}, ${mediaType}, ${sizeBytes})`
}

/** Notes that the content is complete. @throws AppError `blob.expired` if the row has been removed meanwhile */
export async function completeBlob({ sql }: WriteHandle, id: string, sha256: string): Promise<void> {
  const rows = await sql`
    update public.blobs set sha256 = ${sha256}, changed_at = now() where id = ${id} and state = 'received' returning 1 as one`
  if (rows.length === 0) throw blobExpired()
}

/**
 * Keeps a blob, in the transaction of the row that names it. The platform does so for the blob of an upload; a blob that is made
 * otherwise, such as a thumbnail, is kept by its maker. @throws AppError `blob.expired` if it has been removed
 */
export async function keepBlob({ sql }: WriteHandle, id: string): Promise<void> {
  const rows = await sql`
    update public.blobs set state = 'kept', changed_at = now()
     where id = ${id} and state in ('received', 'kept') and sha256 is not null returning 1 as one`
  if (rows.length === 0) throw blobExpired()
}

/** Drops blobs, in the transaction that removes the rows that name them; their content is removed soon afterwards. */
export async function dropBlobs({ sql }: WriteHandle, ids: readonly string[]): Promise<void> {
  await sql`update public.blobs set state = 'dropped', changed_at = now() where id = any(${ids}::uuid[])`
}

/** Removes the row of a blob that was not kept; returns whether there was one. */
export async function discardRow({ sql }: WriteHandle, id: string): Promise<boolean> {
  const rows = await sql`delete from public.blobs where id = ${id} and state = 'received' returning 1 as one`
  return rows.length > 0
}

interface Row {
  readonly id: string
  readonly shelf: string
}

/** When a blob is removed that no row names: the days leave time for an upload that is continued. */
export interface Remains {
  readonly receivedHours: number
  readonly droppedMinutes: number
}

const mostRemoved = 100

/**
 * Removes the content of blobs that no row names, then their rows; returns how many. Their rows are locked meanwhile, so that none of
 * them is kept; replicas skip each other’s.
 */
export async function removeRemains(
  database: Database,
  { receivedHours, droppedMinutes }: Remains,
  remove: (blob: Row) => Promise<void>,
): Promise<number> {
  return database.transaction(async ({ sql }) => {
    const rows = await sql<Row>`
      select id, shelf from public.blobs
       where (state = 'received' and changed_at < now() - make_interval(hours => ${receivedHours}))
          or (state = 'dropped' and changed_at < now() - make_interval(mins => ${droppedMinutes}))
       order by changed_at limit ${mostRemoved} for update skip locked`
    for (const row of rows) await remove(row)
    await sql`delete from public.blobs where id = any(${rows.map(({ id }) => id)}::uuid[])`
    return rows.length
  })
}

/** Those of these ids that have a row. */
export async function knownBlobs({ sql }: ReadHandle, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await sql<{ id: string }>`select id from public.blobs where id = any(${ids}::uuid[])`
  return new Set(rows.map(({ id }) => id))
}
