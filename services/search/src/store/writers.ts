import type { WriteHandle } from '@stoa/contract'
import { advisoryXactLock, advisoryXactLockShared } from '@stoa/postgres'

/** The live index, or the one that is being built. */
export type IndexTable = 'product_documents' | 'product_documents_next'

/** The lock in whose queue all wait. The lock of a row alone has none: those that share it would overtake the one that waits to be alone. */
const queue = 'search index writers'

/** Returns the tables to which a change must be written. They stay the same until the transaction ends. */
export async function joinWriters(tx: WriteHandle): Promise<readonly IndexTable[]> {
  await advisoryXactLockShared(tx, queue)
  const [row] = await tx.sql<{ is_building: boolean }>`select is_building from index_writers for share`
  return row?.is_building === true ? ['product_documents', 'product_documents_next'] : ['product_documents']
}

/** Waits for all writers, and blocks new ones until the transaction ends. */
export async function stopWriters(tx: WriteHandle): Promise<void> {
  await advisoryXactLock(tx, queue)
  await tx.sql`select from index_writers for update`
}
