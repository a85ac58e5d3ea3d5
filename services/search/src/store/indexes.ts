import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** Returns the shape of the live index, and whether another one is being built. */
export async function readLive(db: ReadHandle): Promise<{ readonly shape: number; readonly isBuilding: boolean }> {
  const [row] = await db.sql<{ shape: number; is_building: boolean }>`
    select shape, exists (select from product_indexes where state = 'building') as is_building
      from product_indexes where state = 'live'`
  if (row === undefined) throw new Error('there is no live index of products')
  return { shape: row.shape, isBuilding: row.is_building }
}

/** Records the next version, and creates its table; the writers must be stopped. */
export async function startVersion(tx: WriteHandle, shape: number, at: Temporal.Instant): Promise<number> {
  await tx.sql`create table product_documents_next (like product_documents including all)`
  await tx.sql`update index_writers set is_building = true`
  const [row] = await tx.sql<{ version: number }>`
    insert into product_indexes (version, state, shape, started_at)
    select max(version) + 1, 'building', ${shape}::int, ${at} from product_indexes returning version`
  if (row === undefined) throw new Error('an insert returned no row')
  return row.version
}

/** Whether this version is being built. */
export async function isBuilding(db: ReadHandle, version: number): Promise<boolean> {
  const rows = await db.sql`select from product_indexes where version = ${version} and state = 'building'`
  return rows.length > 0
}

/** Replaces the live index with the one that was built; the writers must be stopped. Queries wait only for this transaction. */
export async function swapVersions(tx: WriteHandle, version: number, at: Temporal.Instant): Promise<void> {
  await tx.sql`analyze product_documents_next`
  await tx.sql`
    update product_indexes set state = 'retired', documents = (select count(*) from product_documents) where state = 'live'`
  await tx.sql`update product_indexes set state = 'live', live_at = ${at} where version = ${version}`
  await tx.sql`update index_writers set is_building = false`
  await tx.sql`drop table product_documents`
  await tx.sql`alter table product_documents_next rename to product_documents`
}
