import type { WriteHandle } from '@stoa/contract'

/** The live index, or the one that is being built. */
export type IndexTable = 'product_documents' | 'product_documents_next'

/** Returns the tables to which a change must be written. They stay the same until the transaction ends. */
export async function joinWriters(tx: WriteHandle): Promise<readonly IndexTable[]> {
  const [row] = await tx.sql<{ is_building: boolean }>`select is_building from index_writers for share`
  return row?.is_building === true ? ['product_documents', 'product_documents_next'] : ['product_documents']
}

/** Waits for all writers, and blocks new ones until the transaction ends; returns whether an index is being built. */
export async function stopWriters(tx: WriteHandle): Promise<boolean> {
  const [row] = await tx.sql<{ is_building: boolean }>`select is_building from index_writers for update`
  return row?.is_building === true
}
